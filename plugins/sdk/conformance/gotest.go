package conformance

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Test tries all rules, each as a subtest.
func Test(t *testing.T, options Options) {
	t.Helper()
	report, err := Run(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Run(f.Rule.Name, func(t *testing.T) {
			switch f.Outcome {
			case Failed, Advised:
				t.Errorf("%s\n%s", f.Rule.Says, f.Detail)
			case Skipped:
				t.Skip(f.Detail)
			}
		})
	}
}

// Build builds a plugin's package under the name that the engine looks for, and
// gives the path. It is gone when the test ends.
func Build(t testing.TB, pkg, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "engine-plugin-"+name)
	cmd := exec.Command("go", "build", "-o", path, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return path
}
