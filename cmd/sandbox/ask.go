package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// longestAnswer bounds what ask prints.
const longestAnswer = 64 << 20

// newAsk calls the control of a sandbox, for machines without curl.
func newAsk() *cobra.Command {
	var method string
	c := &cobra.Command{
		Use:   "ask PATH [JSON]",
		Short: "Call the control at SANDBOX_URL: watch with GET, change with a JSON body",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			control := os.Getenv("SANDBOX_URL")
			if control == "" {
				return errors.New("SANDBOX_URL is not set: `sandbox run` sets it for its command, `sandbox serve` prints it")
			}
			var body io.Reader
			if len(args) == 2 {
				body = strings.NewReader(args[1])
				if !c.Flags().Changed("method") {
					method = http.MethodPost
				}
			}
			return ask(c, method, control+"/"+strings.TrimPrefix(args[0], "/"), body)
		},
	}
	c.Flags().StringVarP(&method, "method", "X", http.MethodGet, "method of the call")
	return c
}

func ask(c *cobra.Command, method, address string, body io.Reader) error {
	request, err := http.NewRequestWithContext(c.Context(), method, address, body)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return fmt.Errorf("no sandbox answers at %s: %w", address, err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(c.OutOrStdout(), io.LimitReader(response.Body, longestAnswer)); err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("the control answered %s", response.Status)
	}
	return nil
}
