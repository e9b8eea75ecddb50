using System.Text.Json.Nodes;

namespace EosMLNet.Tests.Tokenizers;

public sealed class BpeVocabularyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Files_are_written_as_transformers_reads_them(bool addsBegin)
    {
        var special = new BpeSpecialTokens(["<p>", "<s>", "</s>"], "<p>", "<s>", "</s>", "<p>");
        var vocabulary = new BpeVocabulary(["<p>", "<s>", "</s>", "Ġ", "a", "Ġa", "aĠa"], [("Ġ", "a"), ("a", "Ġa")],
            addsBegin ? special : special with { AddsBegin = false });
        vocabulary.Save(folder.Path);
        AssertIs("""{"<p>":0,"<s>":1,"</s>":2,"Ġ":3,"a":4,"Ġa":5,"aĠa":6}""", "vocab.json");
        Assert.Contains("\"Ġa\": 5", File.ReadAllText(folder["vocab.json"]));
        Assert.Equal("#version: 0.2\nĠ a\na Ġa\n", File.ReadAllText(folder["merges.txt"]));
        const string flags = """ "lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":true """;
        AssertIs($$"""
            {"tokenizer_class":"GPT2Tokenizer","add_bos_token":{{(addsBegin ? "true" : "false")}},"add_prefix_space":false,
             "bos_token":"<s>","eos_token":"</s>","pad_token":"<p>","unk_token":"</s>","padding_side":"left","added_tokens_decoder":{
               "0":{"content":"<p>",{{flags}}},"1":{"content":"<s>",{{flags}}},"2":{"content":"</s>",{{flags}}} } }
            """, "tokenizer_config.json");
    }

    [Fact]
    public void A_role_of_a_token_that_is_not_special_is_named()
    {
        var vocabulary = new BpeVocabulary(["a"], [], BpeSpecialTokens.Llama with { Image = "<picture>" });
        Assert.Equal((0, 1, 2), (vocabulary.PadTokenId, vocabulary.BosTokenId, vocabulary.EosTokenId));
        Expect.Error(EosErrors.InvalidOption, () => _ = vocabulary.ImageTokenId,
            "EOS1013: '<picture>' is not among the special tokens <pad>, <s>, </s>, <image>. Add it to them.");
    }

    private void AssertIs(string expected, string name)
    {
        var text = File.ReadAllText(folder[name]);
        Assert.EndsWith("}\n", text);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(text)), text);
    }
}
