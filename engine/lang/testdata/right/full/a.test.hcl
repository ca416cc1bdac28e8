test "ignored" {
