package plan

import (
	"fmt"
	"time"
)

// Say tells what was read of a mapping that may be read by what changed, and why
// that was everybody; empty for any other. Times are told in zone; nil is UTC.
func (r *Reading) Say(zone *time.Location) Text {
	if zone == nil {
		zone = time.UTC
	}
	if !r.Since.IsZero() {
		at := r.Since.In(zone)
		return plus(
			fmt.Sprintf("Seul ce qui a changé depuis le %s à %s a été lu, avec les fiches restées en suspens ; rien n'est conclu des autres.", at.Format(time.DateOnly), at.Format("15:04")),
			fmt.Sprintf("Only what changed since %s was read, with those who were not finished; of the others nothing is concluded.", at.Format("2006-01-02 15:04")))
	}
	text, known := whyWhole[r.Whole]
	if known && r.NoPlace {
		text = text.and(plus(
			"La source n'a pas indiqué d'où reprendre : la prochaine lecture sera complète aussi.",
			"The source did not say where to go on from: the next read is of everybody, too."))
	}
	return text
}

var whyWhole = map[string]Text{
	WholeFirst: plus(
		"Tout a été lu : il n'y a pas de lecture antérieure d'où reprendre.",
		"Everybody was read: there is no earlier read to go on from."),
	WholeMapping: plus(
		"Tout a été lu : le mapping, un paramètre, une clé ou un connecteur a changé depuis la dernière lecture.",
		"Everybody was read: the mapping, an input, a key or a connector has changed since the last read."),
	WholeDay: plus(
		"Tout a été lu : cela se fait au moins une fois par jour.",
		"Everybody was read: that is done at least once a day."),
	WholePilot: plus(
		"Tout a été lu, pour trouver les personnes nommées.",
		"Everybody was read, to find those who are named."),
	WholeOpen: plus(
		fmt.Sprintf("Tout a été lu : plus de %d fiches sont en suspens, et il aurait fallu les demander une à une.", mostUnfinished),
		fmt.Sprintf("Everybody was read: more than %d people are not finished, and would have to be asked for by id.", mostUnfinished)),
	WholeRefused: plus(
		"Tout a été lu : la source ne peut plus reprendre là où la dernière lecture s'est arrêtée.",
		"Everybody was read: the source can't go on from where the last read ended."),
	WholeNoPlace: plus(
		"Tout a été lu : la source n'a pas indiqué d'où la prochaine lecture reprendrait.",
		"Everybody was read: the source did not say where the next read would go on."),
	WholeBeside: plus(
		"Tout a été lu : une personne est nouvelle, revient ou porte une autre clé, ce qui ne se juge qu'à côté de toutes les autres.",
		"Everybody was read: somebody is new, is back or has another key, which can be judged only beside all the others."),
	WholeAgreed: plus(
		"Tout a été lu : un accord a été donné pour une personne que la source ne donne plus, ce qui ne se voit que parmi toutes les autres.",
		"Everybody was read: somebody agreed to what is done with a person whom the source no longer gives, which shows only among all the others."),
}
