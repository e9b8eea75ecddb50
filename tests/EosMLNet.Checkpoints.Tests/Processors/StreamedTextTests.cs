using EosMLNet.Tests.Prompts;
using EosMLNet.Tests.Tokenizers;

namespace EosMLNet.Tests.Processors;

public sealed class StreamedTextTests : IDisposable
{
    private const int Byte = 3, Is = 278; // of llama-legacy: the byte 0 is token 3, "▁is" token 278
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_tokens_add_is_the_whole_text_and_no_character_comes_in_parts()
    {
        const string Answer = "a é 🙂 b";
        var processor = PromptFiles.Load(folder, "llava_onevision", "special");
        var streamed = new StreamedText(processor);
        Assert.Equal("", streamed.Text);
        var given = "";
        foreach (var id in processor.EncodeText(Answer))
        {
            var added = streamed.Add(id);
            Assert.DoesNotContain('\uFFFD', added);
            given += added;
            Assert.Equal(given, streamed.Text);
        }
        Assert.Equal(Answer, given);
        Assert.Equal("", streamed.End());
        Assert.Equal(Answer, streamed.Text);
    }

    // é is C3 A9 in UTF-8. A space at the end comes with what follows it.
    [Fact]
    public void A_character_waits_for_its_last_token()
    {
        var streamed = Stream();
        int[] ids = [Is, Byte + ' ', Byte + 0xC3, Byte + 0xA9, Is];
        Assert.Equal(["is", "", "", " é", " is"], ids.Select(streamed.Add));
        Assert.Equal("is é is", streamed.Text);
    }

    [Fact]
    public void A_character_that_stays_incomplete_is_given_at_the_end()
    {
        var streamed = Stream();
        Assert.Equal("is", streamed.Add(Is));
        Assert.Equal("", streamed.Add(Byte + 0xC3));
        Assert.Equal("is", streamed.Text);
        Assert.Equal("\uFFFD", streamed.End());
        Assert.Equal("is\uFFFD", streamed.Text);
    }

    // Bytes that follow each other and are no UTF-8 decode to marks, one each, the A among them.
    [Fact]
    public void What_was_given_stays_where_later_tokens_change_it()
    {
        var streamed = Stream();
        Assert.Equal("A", streamed.Add(Byte + 'A'));
        Assert.Equal("", streamed.Add(Byte + 0xC3));
        Assert.Equal("", streamed.Add(Is));
        Assert.Equal("A", streamed.Text);
        Assert.Equal("", streamed.End());
        Assert.Equal("\uFFFD\uFFFD is", streamed.Text);
    }

    [Fact]
    public void No_tokens_are_no_text()
    {
        var streamed = Stream();
        Assert.Equal("", streamed.End());
        Assert.Equal("", streamed.Text);
    }

    private StreamedText Stream()
    {
        folder.Write("tokenizer.json", File.ReadAllText(TokenizerFiles.Golden(TokenizerFiles.Legacy)));
        var config = new LlavaConfig { Vision = new() { ImageSize = 28, PatchSize = 14 } };
        return new(VisionLanguageProcessor.Load(folder.Path, config));
    }
}
