transform "no_params" {
  value = "'x'"
}
transform "nothing_given" {
  params = []
  value  = "'x'"
}
transform "Upper" {
  params = ["s", "s", "in", "Name"]
  value  = s
}
transform "filled" {
  params = ["s"]
  value  = "s"
}
transform "twice" {
  params = ["s"]
  value  = "${s} + s"
}
transform "twice" {
  params = ["s"]
  value  = ""
}
