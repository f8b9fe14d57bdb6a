"""The HTTP interface of annotations: views translate, they decide nothing."""
