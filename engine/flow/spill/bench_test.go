package spill

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkStore keeps a hundred thousand records of 200 bytes, all of them in
// memory or all in the file, then fetches each, far from the one before.
func BenchmarkStore(b *testing.B) {
	for name, budget := range map[string]int{"memory": Budget, "file": 0} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			data := fmt.Appendf(nil, "%0200d", 1)
			for b.Loop() {
				s := New(budget)
				refs := make([]Ref, n)
				for i := range refs {
					refs[i], _ = s.Add(data)
				}
				for i := range refs {
					if _, err := s.Get(refs[i*7919%n]); err != nil {
						b.Fatal(err)
					}
				}
				s.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
		})
	}
}

// BenchmarkIndex builds an index of a million records and finds each. Its bytes a
// record are those that stay once it is built.
func BenchmarkIndex(b *testing.B) {
	const n = 1_000_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := &Index{}
		for i := range uint64(n) {
			x.Add(i*0x9e3779b97f4a7c15, Ref(i))
		}
		x.Sort()
		for i := range uint64(n) {
			if len(x.Find(i*0x9e3779b97f4a7c15)) != 1 {
				b.Fatal(i)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/record")
		runtime.KeepAlive(x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}
