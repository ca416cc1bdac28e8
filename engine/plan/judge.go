package plan

import (
	"context"
	"strconv"

	"passerelle/engine/flow"
)

// judgePeople asks the guards on who comes and who goes, each about its own part.
// It comes before references are settled: who is stopped is nobody's reference.
func (p *planner) judgePeople(ctx context.Context) error {
	if err := p.judgeDepartures(ctx, PartRemovals, "", expectedRemovals); err != nil {
		return err
	}
	if err := p.judgeDepartures(ctx, PartGone, whyGone, nil); err != nil {
		return err
	}
	if err := p.judgeDepartures(ctx, PartScope, whyScope, nil); err != nil {
		return err
	}
	return p.judgeCreates(ctx)
}

// judge asks the guards on what changes. The guard on held records comes last: it
// stops whatever the others let go.
func (p *planner) judge(end flow.End) error {
	if err := p.judgeCells(); err != nil {
		return err
	}
	p.judgeHeld()
	if p.since == nil { // a handful is no picture of how full a field is
		p.judgeFill(end.Filled)
	}
	return nil
}

// judgeRead holds the two guards that come before all others: what was not read
// whole, or came back empty, is no picture of the company, and nothing is
// planned from it.
//
// A read of what changed alone may be empty, as a window may: nothing changed.
//
// A joined source that is empty is as likely an accident: everybody's fields from
// it would be cleared. Of a window nobody can say that something must lie in it.
func judgeRead(end flow.End, v voice, mayBeEmpty bool) []Block {
	switch {
	case !end.Complete:
		return []Block{{
			Part: PartRead, Whole: true,
			Code: "read-not-whole",
			Say:  sayNotWhole(end),
			Do: plus(
				"Rien n'a été planifié et rien ne sera envoyé. Relancez ; si cela persiste, regardez la source ou son connecteur.",
				"Nothing was planned and nothing will be sent. Run again; if it stays so, look at the source or its connector."),
		}}
	case end.Received == 0 && !mayBeEmpty:
		return []Block{{
			Part: PartRead, Whole: true,
			Code: "read-empty",
			Say: plus(
				"La source n'a donné "+v.or("personne", "aucune fiche")+". Une liste vide est presque toujours un droit manquant ou un filtre erroné, et non "+v.or("une entreprise vide", "une source vide")+".",
				"The source gave "+v.or("nobody", "no record")+" at all. An empty list usually means a missing right or a wrong filter, not an empty "+v.or("company", "source")+"."),
			Do: doEmpty,
		}}
	}
	for _, other := range end.Others {
		if other.Received == 0 && !other.Windowed {
			la, the := named(other.Name)
			return []Block{{
				Part: PartRead, Whole: true,
				Code: "read-empty",
				Say: plus(
					la+" n'a rien donné. Une liste vide est presque toujours un droit manquant ou un filtre erroné, et tout ce qui en vient serait vidé dans la cible.",
					the+" gave nothing at all. An empty list usually means a missing right or a wrong filter, and all that comes from it would be emptied at the target."),
				Do: doEmpty,
			}}
		}
	}
	return nil
}

var doEmpty = plus(
	"Rien n'a été planifié et rien ne sera envoyé. Vérifiez ce que la clé a le droit de lire et les réglages de la source.",
	"Nothing was planned and nothing will be sent. Check what the key may read, and the source block's settings.")

// named is what was read, in French and English; the first source goes without a
// name.
func named(name string) (fr, en string) {
	if name == "" {
		return "La source", "The source"
	}
	return "La source « " + name + " »", "The source " + strconv.Quote(name)
}

func sayNotWhole(end flow.End) Text {
	received, expected := end.Received, end.Expected
	for _, other := range end.Others {
		if other.Name == end.Short {
			received, expected = other.Received, other.Expected
		}
	}
	la, the := named(end.Short)
	text := plus(la+" n'a pas été lue en entier. ", the+" was not read whole: "+end.Reason+". ")
	records := voice{records: true}
	lues, read := records.accord(received, "a été lue", "ont été lues"), records.they(received, "was read", "were read")
	if expected < 0 {
		return plus(text.FR+lues+" ; combien il y en a n'est pas connu.", text.EN+read+"; how many there are is not known.")
	}
	return plus(text.FR+lues+" sur "+counted(expected, oneInFrench(expected), "annoncée", "annoncées")+".",
		text.EN+read+" of "+strconv.FormatInt(expected, 10)+" announced.")
}
