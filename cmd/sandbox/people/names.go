package people

// The lists hold what breaks naive code: accents, ligatures, apostrophes,
// hyphens, particles, blanks, letters outside Latin-1, letters whose capital
// is two letters (ß) or another one (ÿ, i with and without dot).
func firstNames() map[string][]string {
	return map[string][]string{
		"Female": {
			"Lœtitia", "Zoé", "Noëlle", "Anaïs", "Maëlys", "Aïcha", "Chloé", "Gaëlle", "Marie-Ève", "Žofia",
			"Hélène", "Inès", "Françoise", "Béatrice", "Solène", "Fatoumata", "Agnès", "Célia", "Mégane", "Ophélie",
			"Salomé", "Yasmine", "Thérèse", "Oriane", "Perrine", "Ludivine", "Élodie", "Apolline", "Anne-Sophie", "Doña",
		},
		"Male": {
			"Jean-Éric", "François-Xavier", "Łukasz", "Kévin", "Ömer", "Loïc", "Gaël", "Maël", "Amaury", "Jérôme",
			"Benoît", "Cédric", "Stéphane", "Théo", "Raphaël", "Idriss", "Mamadou", "João", "Anselme", "Régis",
			"Tanguy", "Florian", "Joël", "Aurélien", "Côme", "Étienne", "Pierre Alain", "Yann", "Ülrich", "Clément",
		},
	}
}

func lastNames() []string {
	return []string{
		"N'Guyen", "D'Arcy", "L'Hostis", "de La Tour", "Škoda", "Lebœuf", "L'Haÿ", "Groß", "İnan", "O'Malley",
		"Le Goff", "du Plessis", "Garçon", "Noël", "Lefèvre-Martel", "Vasseur", "Aubépin", "Kowalczyk", "Ferreira da Costa", "Dembélé",
		"Carpentras", "Vilmorel", "Bréhat", "Morvandiau", "Castelnoy", "Péribard", "Sauveterre", "Dujardinet", "Maupertuis", "Roquebert",
		"Chantelouve", "Bellefontaine", "Tréguier", "Quéméner", "Guéguen", "Kerbrat", "Abgrall", "Le Bihan", "Le Dû", "Prigent",
		"Haouari", "Belkacemi", "Ouédraogo", "Traoré", "Diabaté", "Rasoanaivo", "Ben Youssef", "El Mansouri", "Benyahia", "Cissokho",
		"Müllenbach", "Vandenbroucke", "De Smedt", "Van Eeckhout", "Peeters", "Ćwikła", "Dvořáček", "Żółkowski", "Ionescu-Șerban", "Oğuz",
		"Montesinos", "Ibáñez", "Carvalhão", "Simões", "Peñalver", "Gambarelli", "D'Agostini", "Bonfanti", "Della Rocca", "Santucci",
		"Larrieu", "Etchegoyen", "Haristoy", "Lacabanne", "Dufau", "Castagnède", "Sarrazac", "Peyrebrune", "Lagarrigue", "Vidalenc",
		"Schnebelen", "Oberlé", "Hirtzlin", "Wurmser", "Klingenfuss", "Bourgoin", "Grangeret", "Thévenard", "Chappaz", "Ruffieux",
		"Delattre", "Wallaert", "Hennebique", "Coquelaere", "Saint-Aubert", "Saint-Yrieix", "Lamotte d'Incamps", "Hautecœur", "Cœurdevey", "Nuñez-Leroy",
	}
}
