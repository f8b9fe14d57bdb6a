"""Patients, images, label sets and regions; imports, exports, masks, worklists."""
