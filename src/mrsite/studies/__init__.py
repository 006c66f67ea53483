"""Many assessments: comparisons, sweeps, layout search, remedies, surveys."""
