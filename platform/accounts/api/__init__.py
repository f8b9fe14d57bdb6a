"""HTTP: views translate, they decide nothing."""
