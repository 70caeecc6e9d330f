#include "twilio/webhook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::twilio;
using testing::HasSubstr;

namespace {

const core::Secret token("12345");
const std::string call_sid = "CA0123456789abcdef0123456789abcdef";
const std::string message_sid = "SM0123456789abcdef0123456789abcdef";
const std::string account_sid = "AC0123456789abcdef0123456789abcdef";

const net::Form voice_params{{"CallSid", call_sid},  {"AccountSid", account_sid}, {"From", "+14158675310"},
                             {"To", "+18005551212"}, {"CallStatus", "ringing"},   {"Direction", "inbound"}};

Route route(RouteKind kind) {
    return {kind};
}

WebhookReader reader(std::vector<core::Secret> tokens = {token}) {
    return WebhookReader({std::move(tokens), false, {{"https://voice.example.com"}, {}}});
}

WebhookReader trusting_reader() {
    return WebhookReader({{}, true, {}});
}

net::Request request(std::string target, std::string body, net::Headers headers = {}) {
    if (!headers.contains("Content-Type"))
        headers.add("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    headers.add("Host", "127.0.0.1:8080");
    return {"POST", std::move(target), std::move(headers), std::move(body), boost::asio::ip::make_address("127.0.0.1"),
            false};
}

net::Request signed_request(const std::string& target, const net::Form& params) {
    auto made = request(target, net::encode_form(params));
    made.headers.add("x-twilio-signature", sign(token, "https://voice.example.com" + target, params));
    return made;
}

Webhook webhook(std::variant<Webhook, Refusal> read) {
    if (auto* refusal = std::get_if<Refusal>(&read)) {
        ADD_FAILURE() << refusal->reason;
        return {};
    }
    return std::get<Webhook>(std::move(read));
}

Refusal refusal(std::variant<Webhook, Refusal> read) {
    if (std::holds_alternative<Webhook>(read)) {
        ADD_FAILURE() << "was not refused";
        return {};
    }
    return std::get<Refusal>(std::move(read));
}

// What becomes of a request whose signature does not matter.
std::variant<Webhook, Refusal> trusted(const net::Form& params, RouteKind kind = RouteKind::voice) {
    return trusting_reader().read(request("/twilio/voice", net::encode_form(params)), route(kind));
}

}  // namespace

TEST(Webhook, HoldsWhatTwilioSaid) {
    auto made = signed_request("/twilio/voice", voice_params);
    made.headers.add("I-Twilio-Idempotency-Token", "token-1");
    const auto read = webhook(reader().read(made, route(RouteKind::voice)));
    EXPECT_EQ(read.route.kind, RouteKind::voice);
    EXPECT_EQ(read.call_sid, call_sid);
    EXPECT_EQ(read.account_sid, account_sid);
    EXPECT_EQ(read.from, "+14158675310");
    EXPECT_EQ(read.to, "+18005551212");
    EXPECT_EQ(read.idempotency_token, "token-1");
    EXPECT_EQ(read.params.get("CallStatus"), "ringing");
}

TEST(Webhook, MayComeByGet) {
    net::Request made = request("/twilio/voice?" + net::encode_form(voice_params), "");
    made.method = "GET";
    made.headers.add("X-Twilio-Signature", sign(token, "https://voice.example.com" + made.target));
    EXPECT_EQ(webhook(reader().read(made, route(RouteKind::voice))).call_sid, call_sid);
    made.target += "&Digits=1";
    EXPECT_EQ(refusal(reader().read(made, route(RouteKind::voice))).status, 403);
}

TEST(Webhook, WithoutASignatureIsABadRequest) {
    const auto made = request("/twilio/voice", net::encode_form(voice_params));
    const auto refused = refusal(reader().read(made, route(RouteKind::voice)));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.cause, Refusal::Cause::signature_missing);
}

TEST(Webhook, WithAWrongSignatureIsForbidden) {
    auto made = signed_request("/twilio/voice", voice_params);
    made.body += "&Digits=1";
    const auto refused = refusal(reader().read(made, route(RouteKind::voice)));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.cause, Refusal::Cause::signature_wrong);
    EXPECT_THAT(refused.reason, HasSubstr("https://voice.example.com/twilio/voice"));
    EXPECT_THAT(refused.reason, HasSubstr("PUBLIC_URL"));
}

TEST(Webhook, CannotBeCheckedWithoutAToken) {
    const auto made = signed_request("/twilio/voice", voice_params);
    const auto refused = refusal(reader({}).read(made, route(RouteKind::voice)));
    EXPECT_EQ(refused.status, 500);
    EXPECT_EQ(refused.cause, Refusal::Cause::no_token);
    EXPECT_THAT(refused.reason, HasSubstr("set TWILIO_AUTH_TOKEN"));
}

TEST(Webhook, NeedsNoSignatureOnlyWhenToldSo) {
    EXPECT_EQ(webhook(trusted(voice_params)).call_sid, call_sid);
}

TEST(Webhook, WithABodyThatIsNoFormIsCheckedByItsHash) {
    const std::string body = R"({"property": "value", "boolean": true})";
    const std::string target =
        "/twilio/status?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    auto made = request(target, body, {{"Content-Type", "application/json"}});
    made.headers.add("X-Twilio-Signature", sign(token, "https://voice.example.com" + target));
    // It is Twilio's, but a call's parameters are not to be found in it.
    EXPECT_EQ(refusal(reader().read(made, route(RouteKind::status))).cause, Refusal::Cause::malformed);
    made.body += " ";
    EXPECT_EQ(refusal(reader().read(made, route(RouteKind::status))).cause, Refusal::Cause::signature_wrong);
}

TEST(Webhook, WithABodyThatNothingSignsIsRefused) {
    const auto made = request("/twilio/voice", R"({"CallSid": "x"})", {{"Content-Type", "application/json"}});
    EXPECT_EQ(refusal(trusting_reader().read(made, route(RouteKind::voice))).reason,
              "parameters come as application/x-www-form-urlencoded");
}

TEST(Webhook, NeedsACallSid) {
    EXPECT_EQ(refusal(trusted({{"From", "+14158675310"}})).reason, "the parameter CallSid is missing");
    EXPECT_EQ(refusal(trusted({{"CallSid", "CA12"}})).reason, "CallSid must be CA and 32 hex digits");
    EXPECT_EQ(refusal(trusted({{"CallSid", message_sid}})).status, 400);
    EXPECT_EQ(refusal(trusted({{"CallSid", call_sid}, {"AccountSid", "AC'; --"}})).reason,
              "AccountSid must be AC and 32 hex digits");
}

TEST(Webhook, OfAMessageNeedsAMessageSid) {
    EXPECT_EQ(refusal(trusted({{"CallSid", call_sid}}, RouteKind::message)).reason,
              "the parameter MessageSid is missing");
    EXPECT_EQ(refusal(trusted({{"MessageSid", call_sid}}, RouteKind::message)).reason,
              "MessageSid must be SM or MM and 32 hex digits");
    for (auto name : {"MessageSid", "SmsSid"})
        EXPECT_EQ(webhook(trusted({{name, message_sid}}, RouteKind::message)).message_sid, message_sid);
}

TEST(Webhook, OfAConferencesRecordingNeedsNoCallSid) {
    const auto read = trusted({{"ConferenceSid", "CF1"}, {"RecordingSid", "RE1"}}, RouteKind::recording);
    EXPECT_EQ(webhook(read).params.get("RecordingSid"), "RE1");
}

TEST(Webhook, NamesAHiddenCallerAnonymous) {
    for (auto from : {"anonymous", "Anonymous", "", "+266696687", "+7378742833", "RESTRICTED"})
        EXPECT_EQ(webhook(trusted({{"CallSid", call_sid}, {"From", from}})).from, "anonymous") << from;
    EXPECT_EQ(webhook(trusted({{"CallSid", call_sid}, {"From", "client:joey"}})).from, "client:joey");
}

TEST(Webhook, LimitsItsParameters) {
    net::Form many{{"CallSid", call_sid}};
    while (many.size() < 500) many.add("a", "1");
    EXPECT_EQ(webhook(trusted(many)).params.size(), 500u);
    many.add("a", "1");
    EXPECT_EQ(refusal(trusted(many)).reason, "there are more than 500 parameters");
    EXPECT_EQ(refusal(trusted({{"CallSid", call_sid}, {"Body", std::string(65'537, 'x')}})).reason,
              "the parameter Body is longer than 64 KiB");
    EXPECT_EQ(refusal(trusted({{"CallSid", call_sid}, {std::string(257, 'x'), ""}})).reason,
              "a parameter's name is longer than 256 bytes");
}

TEST(Webhook, ComesByGetOrPost) {
    auto made = request("/twilio/voice", "");
    made.method = "PUT";
    EXPECT_EQ(refusal(trusting_reader().read(made, route(RouteKind::voice))).status, 405);
}

TEST(Webhook, StandsAnyBytes) {
    const auto trusting = trusting_reader();
    const auto checking = reader();
    std::uint32_t random = 1;
    auto next = [&random] { return (random = random * 1664525 + 1013904223) >> 16; };
    constexpr std::string_view alphabet("&=%+CallSidFromToZz09\xFF\0;#?/", 28);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes;
        const auto length = next() % 200;
        for (std::uint32_t i = 0; i < length; ++i)
            bytes += round % 2 ? static_cast<char>(next()) : alphabet[next() % alphabet.size()];
        auto made = request("/" + bytes, round % 3 ? bytes : "CallSid=" + call_sid + "&From=" + bytes);
        made.headers.add("X-Twilio-Signature", (bytes + std::string(28, '=')).substr(0, 28));
        if (round % 5 == 0) made.method = "GET";
        const auto read = trusting.read(made, route(RouteKind::voice));
        if (const auto* good = std::get_if<Webhook>(&read)) {
            EXPECT_EQ(good->call_sid, call_sid);
            EXPECT_NO_THROW(core::Json({{"from", good->from}, {"to", good->to}}).dump());
        }
        EXPECT_TRUE(std::holds_alternative<Refusal>(checking.read(made, route(RouteKind::voice))));
    }
}

TEST(Webhook, UpgradeIsCheckedAsAWebSocket) {
    net::Request upgrade = request("/twilio/stream", "", {{"Upgrade", "websocket"}});
    upgrade.method = "GET";
    EXPECT_EQ(reader().check_upgrade(upgrade)->status, 400);
    upgrade.headers.set("x-twilio-signature", sign(token, "wss://voice.example.com/twilio/stream/"));
    EXPECT_FALSE(reader().check_upgrade(upgrade));
    upgrade.headers.set("x-twilio-signature", sign(token, "https://voice.example.com/twilio/stream"));
    EXPECT_EQ(reader().check_upgrade(upgrade)->status, 403);
}

TEST(Webhook, UpgradeMayComeToAnAddressOfItsOwn) {
    WebhookReader::Options options{{token}, false, {{"https://voice.example.com"}, {}}};
    options.stream_origin = "https://voice-1.example.com";
    WebhookReader with_streams(options);
    net::Request upgrade = request("/twilio/stream", "", {{"Upgrade", "websocket"}});
    upgrade.method = "GET";
    upgrade.headers.set("x-twilio-signature", sign(token, "wss://voice-1.example.com/twilio/stream"));
    upgrade.headers.set("Host", "voice-1.example.com");
    EXPECT_FALSE(with_streams.check_upgrade(upgrade));
    upgrade.headers.set("Host", "10.0.0.7:8080");
    EXPECT_FALSE(with_streams.check_upgrade(upgrade)) << "a proxy has changed it";
    EXPECT_EQ(with_streams.origin(upgrade), "https://voice.example.com");
}

TEST(Webhook, KnowsSids) {
    EXPECT_TRUE(is_sid(call_sid, "CA"));
    EXPECT_FALSE(is_sid(call_sid, "SM"));
    EXPECT_FALSE(is_sid(call_sid + "0", "CA"));
    EXPECT_FALSE(is_sid("CA0123456789abcdef0123456789abcdeg", "CA"));
    EXPECT_FALSE(is_sid("", "CA"));
}
