using System.Text.Json;

namespace EosMLNet.Tests.Tokenizers;

public sealed class TokenizerPipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TokenizerFiles.Bpe)]
    [InlineData(TokenizerFiles.Legacy)]
    [InlineData(TokenizerFiles.Metaspace)]
    public void Ids_and_texts_are_those_of_the_Rust_library(string set)
    {
        var tokenizer = TokenizerFiles.Read(TokenizerFiles.Golden(set));
        using var golden = JsonDocument.Parse(File.ReadAllText(TokenizerFiles.Golden(set, "golden.json")));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(41, cases.Length);
        Assert.All(cases, one =>
        {
            int[] Ids(string name) => [.. one.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
            string Text(string name) => one.GetProperty(name).GetString()!;
            var ids = tokenizer.Encode(Text("text"));
            Assert.Equal(Ids("ids"), ids);
            int[] withEnds = [.. tokenizer.Ends.Before, .. ids, .. tokenizer.Ends.After];
            Assert.Equal(Ids("ids_with_special"), withEnds);
            Assert.Equal(Text("decoded"), tokenizer.Decode([.. ids], withSpecial: true));
            Assert.Equal(Text("decoded_skip_special"), tokenizer.Decode(withEnds, withSpecial: false));
        });
    }

    [Fact]
    public void A_special_token_that_a_question_spells_is_text_where_that_is_asked_for()
    {
        var tokenizer = TokenizerFiles.Read(TokenizerFiles.Golden(TokenizerFiles.Bpe));
        Assert.Contains(517, tokenizer.Encode("a<|im_start|>b"));
        var plain = tokenizer.Encode("a<|im_start|>b", withSpecial: false);
        Assert.DoesNotContain(517, plain);
        Assert.Equal("a<|im_start|>b", tokenizer.Decode([.. plain], withSpecial: false));
    }

    [Fact]
    public void Ids_that_are_no_tokens_are_left_out_of_a_text()
    {
        var tokenizer = TokenizerFiles.Read(TokenizerFiles.Golden(TokenizerFiles.Bpe));
        Assert.Equal("Hello", tokenizer.Decode([39, 68, -1, 307, 99999, 78], withSpecial: true));
    }

    [Fact]
    public void An_added_token_that_the_vocabulary_has_keeps_its_id_there()
    {
        var added = TokenizerFiles.Added(600, "image", "");
        var path = _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("added_tokens", $"[{added}]"),
            ("model", """{"type":"BPE","vocab":{"a":0,"image":7},"merges":[]}""")));
        Assert.Equal([0, 7, 0], TokenizerFiles.Read(path).Encode("aimagea"));
    }

    [Fact]
    public void Letters_are_stripped_at_both_ends_as_often_as_is_said()
    {
        const string strip = """{"type":"Strip","content":"_","start":2,"stop":1}""";
        var path = _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("decoder", strip), ("added_tokens", "[]"),
            ("model", """{"type":"BPE","vocab":{"___a__":0,"_":1,"b_":2,"_c":3},"merges":[]}""")));
        Assert.Equal("_a_bc", TokenizerFiles.Read(path).Decode([0, 1, 2, 3], withSpecial: true));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"Precompiled"}""", "'normalizer.type'", "Precompiled", "NFC, Prepend, Replace")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"X"}]}""", "normalizer.normalizers[1].type", "X")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":" +"},"content":" "}""", "'normalizer.pattern'", "String")]
    [InlineData("pre_tokenizer", """{"type":"Whitespace"}""", "'pre_tokenizer.type'", "Whitespace", "Metaspace")]
    [InlineData("pre_tokenizer", """{"pattern":{"Regex":"a"}}""", "'pre_tokenizer.type'", "missing")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}""", "pattern.Regex'", "'('")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a"},"behavior":"Twice"}""", "pre_tokenizer.behavior", "Twice")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"__"}""", "'pre_tokenizer.replacement'", "one character")]
    [InlineData("post_processor", """{"type":"BertProcessing"}""", "'post_processor.type'", "BertProcessing", "TemplateProcessing")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}]}""", "special_tokens", "<s>")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[]}""", "'post_processor.single'", "0 texts")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "'decoder.type'", "WordPiece", "ByteLevel")]
    [InlineData("model", """{"type":"WordPiece","vocab":{"a":0}}""", "'model.type'", "WordPiece", "BPE, Unigram")]
    [InlineData("model", """{"vocab":{"a":0}}""", "'model.type'", "missing")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}""", "'model.merges[0]'", "a b")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"aa":1},"merges":[["a","a","a"]]}""", "'model.merges[0]'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0}}""", "'model.merges'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "repeated ids")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":-1},"merges":[]}""", "is empty or has negative or repeated ids")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[]}""", "is empty or has negative or repeated ids")]
    [InlineData("added_tokens", """[{"content":"<q>"}]""", "the special token '<q>' the id -1")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}""", "'model.dropout'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}""", "'model.end_of_word_suffix'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"b"}""", "'model.unk_token'")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a","b"]]}""", "'model.vocab[0]'")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",-1]],"unk_id":1}""", "'model.unk_id'")]
    [InlineData("added_tokens", """[{"id":-1,"content":"<s>"}]""", "id")]
    [InlineData("added_tokens", """[{"id":1}]""", "the special token ''")]
    public void What_is_not_known_is_refused_by_its_name(string part, string json, params string[] inMessage)
    {
        var path = _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, (part, json)));
        Expect.Error(EosErrors.Tokenizer, () => TextTokenizer.Load(_folder.Path, []), [.. inMessage, path]);
    }

    // A token without flags is not special, looked for after the text is normalised, also within words, and takes no spaces with it.
    [Fact]
    public void An_added_token_without_flags_is_a_plain_one()
    {
        var tokenizer = Read(""" {"id":5,"content":"aX"},{"id":6,"content":"bX","special":true} """);
        Assert.Equal([2, 5, 2, 3, 5, 3], tokenizer.Encode("yaXy aX "));
        Assert.Equal([5, 5], tokenizer.Encode("ayaX", withSpecial: false));
        Assert.Equal([6, 1, 2], tokenizer.Encode("bXby"));
        Assert.Equal([1, 2], tokenizer.Encode("bX", withSpecial: false));
    }

    [Fact]
    public void Of_added_tokens_that_begin_alike_the_longest_is_found()
    {
        var tokenizer = Read(""" {"id":0,"content":"a"},{"id":6,"content":"abb"},{"id":7,"content":"ab"} """);
        Assert.Equal([7, 6, 0, 0], tokenizer.Encode("ababbaa"));
    }

    [Fact]
    public void An_added_token_of_which_nothing_is_left_is_not_looked_for() =>
        Assert.Equal([0, 1], Read(""" {"id":5,"content":"Z"} """, "").Encode("aZb"));

    [Theory]
    [InlineData("")]
    [InlineData("\"id\":-1,")]
    public void An_added_token_needs_an_id(string id) => Expect.Error(EosErrors.UnsupportedModel,
        () => Read($$"""{"id":5,"content":"aX"},{{{id}}"content":"bX"}"""),
        $"'added_tokens[1].id' of '{_folder["a.json"]}' is -1, expected an id from 0 up.");

    private TokenizerPipeline Read(string added, string forX = "y") => TokenizerFiles.Read(_folder.Write("a.json", $$"""
        {"normalizer":{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"String":"X"},"content":"{{forX}}"},
           {"type":"Replace","pattern":{"String":"Z"} }] },
         "model":{"vocab":{"a":0,"b":1,"y":2," ":3},"merges":[]},"added_tokens":[{{added}}]}
        """));

    [Fact]
    public void An_expression_without_an_end_is_given_up()
    {
        var endless = """{"type":"Split","pattern":{"Regex":"(a|aa)+$"},"behavior":"Isolated"}""";
        _folder.Write("tokenizer.json", TokenizerFiles.With(TokenizerFiles.Bpe, ("pre_tokenizer", endless)));
        var tokenizer = TextTokenizer.Load(_folder.Path, []);
        Expect.Error(EosErrors.Tokenizer, () => tokenizer.Encode(new string('a', 60) + "b"), "takes more than 2 seconds", "(a|aa)+$",
            "for a text of 61 letters; expected one that splits words. Fetch tokenizer.json again.");
    }

    [Fact]
    public void Many_threads_encode_and_decode()
    {
        var tokenizer = TokenizerFiles.Read(TokenizerFiles.Golden(TokenizerFiles.Bpe));
        const string text = "What is shown in this image? 图片 é 🙂";
        var expected = tokenizer.Encode(text);
        Assert.All(Enumerable.Range(0, 200).AsParallel().WithDegreeOfParallelism(16).Select(_ => tokenizer.Encode(text)), ids =>
        {
            Assert.Equal(expected, ids);
            Assert.Equal(text, tokenizer.Decode([.. ids], withSpecial: true));
        });
    }
}
