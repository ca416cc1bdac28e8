package compile

import (
	"encoding/json"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// unsaid is the setting without which the connector would refuse an operation
// that the mapping asks for, such as one that erases somebody for good; nil where
// it is given, or where nobody knows yet what an input gives it.
func unsaid(t *Target, decl *lang.Target, operation protocol.Operation) *protocol.Setting {
	endpoint := endpointOf(t.Resource, operation)
	if endpoint.GetNeedsSetting() == "" {
		return nil
	}
	at := slices.IndexFunc(t.Resource.GetWriteSettings(), func(s *protocol.Setting) bool { return s.GetName() == endpoint.GetNeedsSetting() })
	if at < 0 {
		return nil // the connector can't be told: it says so itself
	}
	setting := t.Resource.GetWriteSettings()[at]
	given := slices.IndexFunc(decl.Settings, func(s *lang.Setting) bool { return s.Name == setting.GetName() })
	if given >= 0 {
		if value := known(decl.Settings[given]); value != cty.NilVal && value.IsKnown() && value.IsNull() {
			given = -1 // null: as if it weren't written
		}
	}
	if given < 0 {
		var otherwise bool
		_ = json.Unmarshal([]byte(setting.GetDefaultJson()), &otherwise) // none, or no bool: false
		if otherwise {
			return nil
		}
		return setting
	}
	value := known(decl.Settings[given])
	if !fits(value, "bool") || !value.IsWhollyKnown() || value.True() {
		return nil // not known yet, or refused as a setting of another type
	}
	return setting
}

// wordless refuses what the connector does only on somebody's word.
func wordless(t *Target, operation string, at *diag.Range, s *protocol.Setting) diag.Diagnostic {
	remedy := "Write " + s.GetName() + " = true in the target, if that is meant."
	if operation == "delete" && t.Abilities.Can(protocol.Operation_OPERATION_DEACTIVATE) {
		remedy = "Write " + s.GetName() + ` = true in the target, if that is meant; else do = "deactivate".`
	}
	return diag.Diagnostic{
		Code: "missing-setting", Subject: at,
		Summary: "To " + operation + " records, the target must say " + s.GetName() + " = true",
		Detail:  join("The connector "+quote(t.Connection.Plugin)+" doesn't do it otherwise.", s.GetAbout()),
		Remedy:  remedy,
	}
}
