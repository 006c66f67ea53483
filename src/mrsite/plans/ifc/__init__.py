"""Building models in: IFC 2x3, 4 and 4x3, read into the same `Plan` as a drawing.

A model is opened by `source` (limits on sizes, the zip unpacked), read by `worker` in a process of
its own (`step` looks at the text first, `content` takes it apart, `shapes` cuts its solids), handed
over as the plain facts of `facts`, and put together by `assemble`.
"""
