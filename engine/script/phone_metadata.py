# Writes the numbering plans of python3-phonenumbers as C++: phone_metadata.py OUT
import sys

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

# In the order in which a number is tried: the rarer kinds first.
KINDS = ["premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail", "fixed_line",
         "mobile"]


def text(value):
    return '"' + (value or "").replace("\\", "\\\\").replace('"', '\\"') + '"'


def kind(name, description):
    lengths = sum(1 << n for n in (description.possible_length if description else ()) if 0 < n < 32)
    pattern = description.national_number_pattern if description else ""
    return "{%s, %s, %#xU}" % (text(name), text(pattern), lengths)


def phone_format(form):
    leading = form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""
    return "{%s, %s, %s, %s}" % (text(form.pattern), text(leading), text(form.format),
                                 text(form.national_prefix_formatting_rule))


def array(out, type_name, name, items):
    if items:
        out.append("constexpr %s %s[] = {\n    %s};" % (type_name, name, ",\n    ".join(items)))
    return name if items else "{}"


def plans():
    for code, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        for region in regions:
            if region == "001":
                yield code, region, region == regions[0], PhoneMetadata.metadata_for_nongeo_region(code)
            else:
                yield code, region, region == regions[0], PhoneMetadata.metadata_for_region(region)


def main(path):
    arrays, rows = [], []
    for code, region, first, plan in plans():
        if plan is None:
            continue
        name = "%s_%d" % (region.lower(), code)
        described = [(each, getattr(plan, each)) for each in KINDS]
        kinds = [kind(each, d) for each, d in described if d is not None and d.national_number_pattern]
        rows.append("    {%s, %d, %s, %s, %s, %s, %s, %s, %s, %s, %s}" % (
            text(region), code, "true" if first else "false", text(plan.international_prefix),
            text(plan.national_prefix_for_parsing), text(plan.national_prefix_transform_rule), text(plan.leading_digits),
            kind("unknown", plan.general_desc),
            array(arrays, "PhoneKind", "kinds_" + name, kinds),
            array(arrays, "PhoneFormat", "formats_" + name, [phone_format(f) for f in plan.number_format]),
            array(arrays, "PhoneFormat", "international_" + name, [phone_format(f) for f in plan.intl_number_format])))
    with open(path, "w", encoding="utf-8") as out:
        out.write("// Made by engine/script/phone_metadata.py from libphonenumber's metadata %s (Apache License 2.0).\n"
                  % phonenumbers.__version__)
        out.write('#include "script/phone_metadata.hpp"\n\nnamespace switchhook::script {\nnamespace {\n\n')
        out.write("\n".join(arrays))
        out.write("\n\nconstexpr PhonePlan plans[] = {\n" + ",\n".join(rows) + "};\n\n}  // namespace\n\n")
        out.write("std::span<const PhonePlan> phone_plans() {\n    return plans;\n}\n\n}  // namespace switchhook::script\n")


main(sys.argv[1])
