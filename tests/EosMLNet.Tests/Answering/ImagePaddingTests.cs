using System.IO.Compression;
using System.Text.Json.Nodes;
using EosMLNet.Models;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet.Tests.Answering;

/// <summary>Images that are not square, through ML.NET (build/docs/adr/0022).</summary>
public sealed class ImagePaddingTests : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny;
    private readonly TemporaryFolder folder = new();
    private readonly List<string> warnings = [];

    public ImagePaddingTests(TinyModel tiny)
    {
        this.tiny = tiny;
        using (var noise = TinyModel.Noise(9))
        using (var wide = Microsoft.ML.Data.MLImage.CreateFromPixels(120, 30, noise.PixelFormat, noise.Pixels))
            wide.Save(folder["wide.png"]);
        ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning && e.Message.Contains("The plan ")) // the folder without processor settings is warned of too
                warnings.Add(e.Message);
        };
    }

    [Fact]
    public void Images_are_padded_where_nobody_says_otherwise()
    {
        Assert.Equal(Score(ImagePadding.Square), Score(null));
        Assert.NotEqual(Score(ImagePadding.Crop), Score(null));
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_plan_that_was_searched_with_crop_is_run_with_crop()
    {
        var plan = Plan(ImagePadding.Crop);
        Assert.Equal(Score(ImagePadding.Crop), Score(null, plan));
        Assert.Empty(warnings);
        Assert.Equal(Score(ImagePadding.Square), Score(ImagePadding.Square, plan));
        Assert.Contains("was searched with ImagePadding Crop, and is run with Square", Assert.Single(warnings));
    }

    [Fact]
    public void An_old_plan_that_was_searched_crops_and_that_is_said()
    {
        Assert.Equal(Score(ImagePadding.Crop), Score(null, Plan(null)));
        Assert.Contains("before 0.1.1", Assert.Single(warnings));
    }

    [Theory]
    [InlineData(ImagePadding.Square)]
    [InlineData(ImagePadding.Crop)]
    public void A_saved_model_answers_as_it_did(ImagePadding padding)
    {
        using var model = Fit(padding);
        ml.Model.Save(model, Data().Schema, folder["vqa.zip"]);
        using var loaded = (IDisposable)ml.Model.Load(folder["vqa.zip"], out _);
        Assert.Equal(ScoreOf(model), ScoreOf((ITransformer)loaded));
        Assert.Equal(padding, ml.VisionLanguage().AnsweringStage((ITransformer)loaded).ImagePadding);
    }

    [Fact]
    public void A_model_that_was_saved_before_there_was_a_choice_goes_on_cropping()
    {
        var zip = Changed(settings => settings.Remove("imagePadding"));
        using var loaded = ml.VisionLanguage().LoadAnswering(zip);
        Assert.Equal(ImagePadding.Crop, loaded.ImagePadding);
        using var whole = (IDisposable)ml.Model.Load(zip, out _);
        Assert.Equal(Score(ImagePadding.Crop), ScoreOf((ITransformer)whole));
    }

    [Fact]
    public void A_padding_that_there_is_not_is_refused()
    {
        Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().Load(Changed(settings => settings["imagePadding"] = "round"), out _));
        Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().Load(Changed(settings => settings["imagePadding"] = 1), out _));
        Expect.Error(EosErrors.InvalidOption, () => ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = tiny.ModelPath, ImagePadding = (ImagePadding)7 }), "ImagePadding");
    }

    [Theory]
    [InlineData(null, ImagePadding.Square)]
    [InlineData(ImagePadding.Crop, ImagePadding.Crop)]
    public void A_search_records_what_it_did(ImagePadding? asked, ImagePadding recorded)
    {
        var search = tiny.Load(ml).Append(ml.VisionLanguage().OperatorSearch(new OperatorSearchOptions
        {
            ModelPath = tiny.ModelPath,
            Constraints = { MeanVisualTokens = 6 },
            Steps = 1,
            BatchSize = 2,
            ImagePadding = asked,
        }));
        using var model = search.Fit(tiny.Data(ml));
        Assert.Equal(recorded, model.LastTransformer.Plan.ImagePadding);
        Assert.Equal(recorded, model.LastTransformer.ImagePadding);
    }

    public void Dispose() => folder.Dispose();

    private IDataView Data() => ml.Data.LoadFromEnumerable([new VqaRow { ImagePath = "wide.png", Question = "what colour is it?" }]);

    private Microsoft.ML.Data.TransformerChain<VisionLanguageTransformer> Fit(ImagePadding? padding, string? plan = null) =>
        ml.Transforms.LoadImages("Image", folder.Path, "ImagePath")
            .Append(ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = tiny.ModelPath, PlanPath = plan, ImagePadding = padding, MaxNewTokens = 4 })).Fit(Data());

    private float Score(ImagePadding? padding, string? plan = null)
    {
        using var model = Fit(padding, plan);
        return ScoreOf(model);
    }

    private float ScoreOf(ITransformer model) => TinyModel.Answers(ml, model.Transform(Data())).Single().Score;

    // A plan that drops nothing, as a search would have written it.
    private string Plan(ImagePadding? padding)
    {
        using var model = EosMLNet.Models.LlavaModel.Load(tiny.ModelPath);
        var path = folder[$"plan-{padding}.json"];
        (ReductionPlan.Identity(model.ToPlanModel()) with { Provenance = new(1, 10, "sha256:0", "0.1.0", "cpu"), ImagePadding = padding }).Save(path);
        return path;
    }

    private string Changed(Action<JsonObject> change)
    {
        using (var model = Fit(ImagePadding.Square))
            ml.Model.Save(model, Data().Schema, folder["changed.zip"]);
        using var zip = ZipFile.Open(folder["changed.zip"], ZipArchiveMode.Update);
        var entry = zip.Entries.Single(entry => entry.Name == "Manifest.json");
        var name = entry.FullName;
        JsonNode manifest;
        using (var stream = entry.Open())
            manifest = JsonNode.Parse(stream)!;
        change(manifest["settings"]!.AsObject());
        entry.Delete();
        using var target = new StreamWriter(zip.CreateEntry(name).Open());
        target.Write(manifest.ToJsonString());
        return folder["changed.zip"];
    }
}
