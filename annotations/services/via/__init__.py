"""Reading VGG Image Annotator files of every version, and telling two of them apart."""
