"""Models of Fovea: settings, data, training, evaluation, prediction and export; knows no Django."""
