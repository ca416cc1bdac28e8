input "c" {
