transform "plain" {
  params = ["s"]
}

retention {
  runs = "13 months"
}

input "url" {
  type = string
  validation {
    that = "true"
  }
}
