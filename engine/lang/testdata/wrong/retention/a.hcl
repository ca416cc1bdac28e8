retention {
  runs = "7 days"
  held = "soon"
}

retention {
  runs = "2 years"
}
