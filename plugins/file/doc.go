// Command engine-plugin-file is the connector for files: CSV, JSON lines, JSON
// and Excel workbooks, on this machine or over SFTP, read as a source or replaced
// as a snapshot target.
//
// Its file is read and written as a stream. A file that is not whole and sound to
// its end is refused with the line, never with a value; a file that is written
// replaces the old one at once or not at all. README.md describes the settings.
package main
