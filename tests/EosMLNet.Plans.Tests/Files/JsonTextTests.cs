using System.Text;
using System.Text.Json;

namespace EosMLNet.Tests.Files;

public class JsonTextTests
{
    [Theory]
    [InlineData("{\"a\":\n\"\\ud800\"}", 1, 0)]
    [InlineData("{\"\\uDC00\": 1}", 0, 1)]
    [InlineData("[\"\\ud83d\\u0041\"]", 0, 1)]
    public void Half_a_pair_of_surrogates_is_no_JSON_and_its_place_is_told(string text, long line, long at)
    {
        var error = Assert.Throws<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(text), default));

        Assert.Equal((line, at), (error.LineNumber, error.BytePositionInLine));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_no_JSON_and_their_place_is_told()
    {
        var error = Assert.Throws<JsonException>(() => JsonText.Parse([.. "{\n\"ä\": \""u8, 0xC3, .. "\"}"u8], default));

        Assert.Equal((1, 7), (error.LineNumber, error.BytePositionInLine));
    }

    [Fact]
    public void Whole_pairs_are_read() =>
        Assert.Equal("\U0001F600ä\ud83d\ude00", JsonText.Parse("[\"\\ud83d\\ude00ä\U0001F600\"]"u8.ToArray(), default)[0].GetString());

    [Fact]
    public void Documents_are_as_deep_as_their_options_allow()
    {
        var text = Encoding.UTF8.GetBytes(new string('[', 100) + "\"\\ud83d\\ude00\"" + new string(']', 100));

        Assert.Equal(JsonValueKind.Array, JsonText.Parse(text, new JsonDocumentOptions { MaxDepth = 100 }).ValueKind);
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(text, new JsonDocumentOptions { MaxDepth = 99 }));
    }

    [Fact]
    public void A_JSON_file_with_half_a_pair_is_EOS1008_with_its_line()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", "{\n\"model_type\": \"\\ud800\"}");

        Expect.Error(EosErrors.MalformedJson, () => JsonSection.Read(path), "config.json", "line 2", "Unicode");
        Assert.Equal(2, Assert.Throws<EosException>(() => JsonSection.Read(path)).Line);
    }
}
