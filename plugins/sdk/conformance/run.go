package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"passerelle/plugins/protocol"
)

// atOnce is how many rules are tried at a time, each with processes of its own.
const atOnce = 4

// suite is what the rules of one run share.
type suite struct {
	options   Options
	path      string
	name      string // as the file's name has it
	described *protocol.Description
	overheard *overheard
}

// Run tries the rules. An error means that it could not begin; whatever the
// plugin does is in the report.
func Run(ctx context.Context, options Options) (Report, error) {
	rules, err := chosen(options.Only)
	if err != nil {
		return Report{}, err
	}
	s, err := newSuite(options)
	if err != nil {
		return Report{}, err
	}
	s.described = s.firstDescription(ctx)
	if err := s.namesResources(); err != nil {
		return Report{}, err
	}
	s.overheard.watchFor(s.secrets())

	report := Report{make([]Finding, len(rules))}
	for _, phase := range phases {
		var running sync.WaitGroup
		slots := make(chan struct{}, atOnce)
		for i, rule := range rules {
			if !slices.ContainsFunc(slices.Concat(phase...), func(r Rule) bool { return r.Name == rule.Name }) {
				continue
			}
			running.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				report.Findings[i] = s.try(ctx, rule)
			})
		}
		running.Wait()
	}
	return report, ctx.Err()
}

func chosen(only []string) ([]Rule, error) {
	all := Rules()
	if len(only) == 0 {
		return all, nil
	}
	var some []Rule
	for _, name := range only {
		i := slices.IndexFunc(all, func(r Rule) bool { return r.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no rule %q", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

func newSuite(options Options) (*suite, error) {
	path, err := filepath.Abs(options.Path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return nil, fmt.Errorf("there is no file %s", options.Path)
	}
	if info.Mode()&0o111 == 0 {
		return nil, fmt.Errorf("%s is not executable", options.Path)
	}
	name, ok := strings.CutPrefix(filepath.Base(path), "engine-plugin-")
	if !ok || name == "" {
		return nil, fmt.Errorf("the file is called %s, and a plugin engine-plugin-NAME", filepath.Base(path))
	}
	return &suite{options: options, path: path, name: name, overheard: &overheard{}}, nil
}

// firstDescription is nil where the plugin gives none: the rules about that say
// so, and those that need it are skipped.
func (s *suite) firstDescription(ctx context.Context) *protocol.Description {
	t := s.trial(ctx)
	defer t.end()
	p, err := t.start()
	if err != nil {
		return nil
	}
	ctx, cancel := t.patience(callTime)
	defer cancel()
	answer, err := p.client.Describe(ctx, &protocol.DescribeRequest{})
	if err != nil {
		return nil
	}
	return answer.GetDescription()
}

// namesResources refuses a trial of what the plugin doesn't have: nothing would be
// tried, and all that is tried would pass. Nor does it take a record that the
// plugin itself says its API refuses: each rule of writing would be broken by it.
func (s *suite) namesResources() error {
	var known []string
	for _, r := range s.described.GetResources() {
		known = append(known, r.GetName())
		if lacks := lacking(r, s.options.Trial.Resources[r.GetName()].Create); len(lacks) > 0 {
			return fmt.Errorf("the record of %q in the settings lacks what the plugin says it requires: %s", r.GetName(), strings.Join(lacks, ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.options.Trial.Resources)) {
		if len(known) > 0 && !slices.Contains(known, name) {
			return fmt.Errorf("the settings try the resource %q, and the plugin has: %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// lacking are the required fields that a record to create has not.
func lacking(r *protocol.Resource, create map[string]any) (names []string) {
	if create == nil {
		return nil
	}
	for _, f := range r.GetFields() {
		top, _, _ := strings.Cut(f.GetPath(), ".")
		if _, has := create[top]; f.GetRequired() && !has && !slices.Contains(names, top) {
			names = append(names, top)
		}
	}
	return names
}

func (s *suite) try(ctx context.Context, rule Rule) Finding {
	t := s.trial(ctx)
	defer t.end()
	err := rule.check(t)
	finding := Finding{Rule: rule, Outcome: Passed}
	var left *skipped
	switch {
	case errors.As(err, &left):
		finding.Outcome, finding.Detail = Skipped, left.why
	case err != nil && rule.Should:
		finding.Outcome, finding.Detail = Advised, err.Error()
	case err != nil:
		finding.Outcome, finding.Detail = Failed, err.Error()
	}
	finding.Detail = s.overheard.blot(finding.Detail)
	if finding.Detail != "" && t.between != nil && t.between.unreached.Load() {
		finding.Detail = strings.TrimSuffix(finding.Detail, ".") + ". The API itself, which the settings of the trial lead to, could not be reached"
	}
	return finding
}

// trial is one rule being tried: its processes and what stands between them and
// the API end with it.
type trial struct {
	*suite
	ctx     context.Context
	between *gateway
	endings []func()
}

func (s *suite) trial(ctx context.Context) *trial { return &trial{suite: s, ctx: ctx} }

func (t *trial) end() {
	for i := len(t.endings) - 1; i >= 0; i-- {
		t.endings[i]()
	}
}

const (
	startTime = 10 * time.Second
	callTime  = 30 * time.Second
)

// patience bounds one step.
func (t *trial) patience(otherwise time.Duration) (context.Context, context.CancelFunc) {
	if t.options.Patience > 0 {
		otherwise = t.options.Patience
	}
	return context.WithTimeout(t.ctx, otherwise)
}
