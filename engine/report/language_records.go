package report

import "maps"

// What is said otherwise where a mapping's records are not people. In French they
// are fiches: as feminine as personnes, so that the rest agrees.
var (
	ofFiches = inFrench.of(words{
		done: map[string][4]string{
			"create":     {"création", "créations", "fiche créée", "fiches créées"},
			"reactivate": {"retour", "retours", "fiche réactivée", "fiches réactivées"},
			"deactivate": {"fin", "fins", "fiche désactivée", "fiches désactivées"},
		},
		outcome: map[string][2]string{
			"held":      {"fiche retenue", "fiches retenues"},
			"waiting":   {"fiche attend", "fiches attendent"},
			"failed":    {"fiche refusée par la cible", "fiches refusées par la cible"},
			"ambiguous": {"fiche sans réponse de la cible", "fiches sans réponse de la cible"},
			"skipped":   {"fiche laissée telle quelle", "fiches laissées telles quelles"},
			leftOut:     {"fiche transmise sans un champ", "fiches transmises sans un champ"},
		},
		part: map[string][2]string{
			"removals": {"suppression en attente de votre accord", "suppressions en attente de votre accord"},
			"gone":     {"fiche qui n'est plus lue, en attente de votre accord", "fiches qui ne sont plus lues, en attente de votre accord"},
			"scope":    {"fiche hors du filtre modifié, en attente de votre accord", "fiches hors du filtre modifié, en attente de votre accord"},
			"creates":  {"création en attente de votre accord", "créations en attente de votre accord"},
			"snapshot": {"fiche manquerait à la liste", "fiches manqueraient à la liste"},
			"held":     {"fiche retenue fait attendre les autres", "fiches retenues font attendre les autres"},
		},
		people:   [2]string{"fiche", "fiches"},
		everyone: "Fiche par fiche",
		columns:  [6]string{"Date", "Fiche", "Identifiants : source, cible", "Opération", "Statut", "Message"},
		nothing:  "Rien à faire : tout est à jour.",
		pilot:    "Passage limité à des fiches choisies : les autres n'ont pas été touchées.",
		gone:     [2]string{"fiche n'est plus lue", "fiches ne sont plus lues"},
		goneSay:  [2]string{"laissée telle quelle : une absence ne prouve rien", "laissées telles quelles : une absence ne prouve rien"},
	})

	ofRecords = inEnglish.of(words{
		done: map[string][4]string{
			"create":     {"creation", "creations", "record created", "records created"},
			"reactivate": {"return", "returns", "record switched on again", "records switched on again"},
			"deactivate": {"end", "ends", "record switched off", "records switched off"},
		},
		outcome: map[string][2]string{
			"held":      {"record held back", "records held back"},
			"waiting":   {"record waits", "records wait"},
			"failed":    {"record refused by the target", "records refused by the target"},
			"ambiguous": {"record without an answer from the target", "records without an answer from the target"},
			"skipped":   {"record left as it is", "records left as they are"},
			leftOut:     {"record went without a field", "records went without a field"},
		},
		part: map[string][2]string{
			"removals": {"removal waiting for your word", "removals waiting for your word"},
			"gone":     {"record no longer read, waiting for your word", "records no longer read, waiting for your word"},
			"scope":    {"record out of the edited filter, waiting for your word", "records out of the edited filter, waiting for your word"},
			"creates":  {"creation waiting for your word", "creations waiting for your word"},
			"snapshot": {"record would be missing from the list", "records would be missing from the list"},
			"held":     {"record held back makes the others wait", "records held back make the others wait"},
		},
		people:   [2]string{"record", "records"},
		everyone: "Record by record",
		columns:  [6]string{"Date", "Record", "Ids: source, target", "Operation", "Result", "Message"},
		nothing:  "Nothing to do: everything is as it should be.",
		pilot:    "A run for chosen records alone: nothing else was touched.",
		gone:     [2]string{"record is no longer read", "records are no longer read"},
		goneSay:  [2]string{"left as it is: an absence proves nothing", "left as they are: an absence proves nothing"},
	})
)

// of are the same words, with these in place of theirs.
func (w words) of(other words) words {
	w.done, w.outcome, w.part = with(w.done, other.done), with(w.outcome, other.outcome), with(w.part, other.part)
	w.people, w.nothing, w.pilot, w.gone, w.goneSay = other.people, other.nothing, other.pilot, other.gone, other.goneSay
	w.everyone, w.columns = other.everyone, other.columns
	return w
}

func with[T any](all, some map[string]T) map[string]T {
	out := maps.Clone(all)
	maps.Copy(out, some)
	return out
}
