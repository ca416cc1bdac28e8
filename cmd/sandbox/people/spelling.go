package people

import (
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ascii spells a name for a login: no accents, blanks or apostrophes.
func ascii(name string) string {
	name = strings.NewReplacer("œ", "oe", "Œ", "oe", "ł", "l", "Ł", "l", "ß", "ss", "ı", "i").Replace(name)
	var out strings.Builder
	for _, r := range norm.NFD.String(name) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || r == '-'):
			out.WriteRune(unicode.ToLower(r))
		case r == ' ':
			out.WriteByte('-')
		}
	}
	return out.String()
}

// pairs writes digits two by two.
func pairs(digits, separator string) string {
	var parts []string
	for ; len(digits) > 2; digits = digits[2:] {
		parts = append(parts, digits[:2])
	}
	return strings.Join(append(parts, digits), separator)
}

// iban makes a French IBAN of a bank that doesn't exist, with sound check
// digits (ISO 13616: the rearranged number is 1 modulo 97).
func iban(account int) string {
	basic := fmt.Sprintf("9999999999%011d00", account)
	const france = "152700" // F, R, then the digits to find
	number, _ := new(big.Int).SetString(basic+france, 10)
	check := 98 - new(big.Int).Mod(number, big.NewInt(97)).Int64()
	return fmt.Sprintf("FR%02d%s", check, basic)
}

// insuranceNumber makes a French social security number: sex, year and month of
// birth, 99 for abroad, a country code nobody has, order, and the key (97 less
// the number modulo 97).
func insuranceNumber(gender string, born time.Time, order int) string {
	sex := 2
	if gender == "Male" {
		sex = 1
	}
	number := int64(sex)*1_000_000_000_000 + int64(born.Year()%100)*10_000_000_000 + int64(born.Month())*100_000_000 + 99_999_000 + int64(order)
	return fmt.Sprintf("%013d %02d", number, 97-number%97)
}
