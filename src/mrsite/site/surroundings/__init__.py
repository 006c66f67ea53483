"""What the building does to the magnet, and the ways people and things take through it.

Pure physics of one idea a module; `results` puts it on the values of a project, so that checks
and drawings read the same numbers.
"""
