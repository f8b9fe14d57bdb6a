"""Everything that comes in: uploads, pictures, labels, masks and COCO, and the life of an import."""
