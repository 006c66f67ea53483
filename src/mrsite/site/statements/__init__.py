"""Which statements of a site file still hold on a new revision of a drawing."""
