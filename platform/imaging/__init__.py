"""Pictures, fields of view, shapes and masks: numpy, Pillow and OpenCV alone, no Django.

Coordinates are pixels of the stored image; (0, 0) is the top-left corner of the top-left pixel, so
that pixel (column 3, row 5) covers x in [3, 4) and y in [5, 6) and has its centre at (3.5, 5.5).
"""
