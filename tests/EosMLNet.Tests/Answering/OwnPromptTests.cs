using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Answering;

/// <summary>A prompt template and a system text of the user's own, through ML.NET (build/docs/adr/0031).</summary>
public sealed class OwnPromptTests : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny;
    private readonly TemporaryFolder folder = new();

    public OwnPromptTests(TinyModel tiny) => this.tiny = tiny;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Template_and_system_text_change_the_prompt_and_are_saved_with_the_model()
    {
        var plain = Scores(Fit(null, null));
        var own = Scores(Fit("{system} <image> {question} :", "colour"));
        Assert.NotEqual(plain, own);
        Assert.NotEqual(own, Scores(Fit("{system} <image> {question} :", "red red red")));
        Assert.NotEqual(plain, Scores(Fit(null, "colour")));
        using var model = Fit("{system} <image> {question} :", "colour");
        ml.Model.Save(model, tiny.Data(ml).Schema, folder["own.zip"]);
        using var loaded = (IDisposable)ml.Model.Load(folder["own.zip"], out _);
        Assert.Equal(own, Scores((ITransformer)loaded));
        Assert.Equal("{system} <image> {question} :", ml.VisionLanguage().AnsweringStage((ITransformer)loaded).Settings.PromptTemplate);
    }

    [Fact]
    public void A_model_that_says_nothing_of_prompts_has_no_entries_for_them_and_loads()
    {
        using (var model = Fit(null, null))
            ml.Model.Save(model, tiny.Data(ml).Schema, folder["plain.zip"]);
        using (var zip = ZipFile.OpenRead(folder["plain.zip"]))
        using (var stream = zip.Entries.Single(entry => entry.Name == "Manifest.json").Open())
        {
            var settings = JsonNode.Parse(stream)!["settings"]!.AsObject();
            Assert.DoesNotContain(settings, entry => entry.Key.Contains("prompt", StringComparison.OrdinalIgnoreCase) || entry.Key == "systemText");
        }
        using var loaded = (IDisposable)ml.Model.Load(folder["plain.zip"], out _);
        Assert.Equal(Scores(Fit(null, null)), Scores((ITransformer)loaded));
    }

    [Theory]
    [InlineData("<image>", null, "{question}")]
    [InlineData("<image>{question}", "Be brief.", "{system}")]
    [InlineData(null, " ", "SystemText")]
    public void What_cannot_be_a_prompt_is_refused_at_once(string? template, string? system, string expected) => Expect.Error(
        EosErrors.InvalidOption, () => ml.VisionLanguage().Answer(Options(template, system)), expected);

    [Fact]
    public void A_folders_chat_template_is_one_of_its_models_files()
    {
        File.WriteAllText(folder["chat_template.jinja"], "{{ messages[0].content }}");
        using var checkpoint = new CheckpointFolder(folder.Path);
        Assert.Equal("chat_template.jinja", Assert.Single(checkpoint.Files()).Name);
    }

    private AnswerOptions Options(string? template, string? system) =>
        new() { ModelPath = tiny.ModelPath, PromptTemplate = template, SystemText = system, MaxNewTokens = 2 };

    private TransformerChain<VisionLanguageTransformer> Fit(string? template, string? system) =>
        tiny.Load(ml).Append(ml.VisionLanguage().Answer(Options(template, system))).Fit(tiny.Data(ml));

    private float[] Scores(ITransformer model) => [.. TinyModel.Answers(ml, model.Transform(tiny.Data(ml))).Take(3).Select(answer => answer.Score)];
}
