using System.Text.Json;
using EosMLNet.Models;
using EosMLNet.Tool.Build;
using Microsoft.ML;
using SkiaSharp;

namespace EosMLNet.Tool.Tests.Evaluate;

/// <summary>Images that are not square, on the command line and in a build (build/docs/adr/0022).</summary>
public sealed class ImagePaddingTests : IClassFixture<TinyModel>
{
    private readonly TinyModel tiny;

    public ImagePaddingTests(TinyModel tiny)
    {
        this.tiny = tiny;
        Directory.CreateDirectory(tiny["wide"]);
        using var bitmap = new SKBitmap(200, 40); // black in the middle, noise at the ends
        bitmap.Erase(SKColors.Black);
        var random = new Random(5);
        for (var i = 0; i < 200 * 40; i++)
        {
            if (i % 200 is < 60 or >= 140)
                bitmap.SetPixel(i % 200, i / 200, new SKColor((uint)random.Next() | 0xFF000000));
        }
        using (var data = bitmap.Encode(SKEncodedImageFormat.Png, 100))
            File.WriteAllBytes(Path.Combine(tiny["wide"], "wide.png"), data.ToArray());
        bitmap.Erase(SKColors.Black);
        using (var data = bitmap.Encode(SKEncodedImageFormat.Png, 100))
            File.WriteAllBytes(Path.Combine(tiny["wide"], "black.png"), data.ToArray());
        File.WriteAllLines(tiny["wide.tsv"], ["ImagePath\tQuestion\tAnswer", "wide.png\twhat colour is it?\tred", "black.png\twhat colour is it?\tred"]);
    }

    [Fact]
    public async Task Images_are_padded_where_nobody_says_otherwise_and_the_result_says_so()
    {
        Assert.Equal("Square", await Evaluated());
        Assert.Equal("Square", await Evaluated("--image-padding", "square"));
        Assert.Equal("Crop", await Evaluated("--image-padding", "Crop"));
        var wrong = await Evaluate("--image-padding", "round");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("--image-padding", wrong.Error + wrong.Output);
    }

    // Of the two images the crop sees the same black middle.
    [Fact]
    public void Cropped_the_ends_are_not_seen_and_padded_they_are()
    {
        Assert.True(SameFeatures(ImagePadding.Crop));
        Assert.False(SameFeatures(ImagePadding.Square));

        bool SameFeatures(ImagePadding padding)
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            using var model = LlavaModel.Load(tiny.Model, padding: padding);
            using var images = new ImageCache(model, VqaDataset.LoadTsv(tiny["wide.tsv"], tiny["wide"]));
            var features = images.Get([new(0, 1), new(1, 1)]).Stacked();
            return features[0].equal(features[1]).all().item<bool>();
        }
    }

    [Fact]
    public async Task A_plan_is_run_as_it_was_searched_and_otherwise_only_with_a_word()
    {
        var (square, crop, old) = (Plan("square.json", ImagePadding.Square), Plan("crop.json", ImagePadding.Crop), Plan("old.json", null));
        Assert.Equal("Crop", await Evaluated("--plan", crop));
        Assert.Equal("Crop", await Evaluated("--plan", old));
        Assert.Contains("The plan old does not say how it was searched", (await Evaluate("--plan", old)).Output);
        Assert.DoesNotContain("ImagePadding", (await Evaluate("--plan", crop)).Output);
        Assert.Contains("The plan crop was searched with ImagePadding Crop, and is run with Square", (await Evaluate("--plan", crop, square, "--image-padding", "square")).Output);
        var both = await Evaluate("--plan", crop, square);
        Assert.Contains("EOS1013", both.Error);
        Assert.Contains("--image-padding", both.Error);
    }

    [Theory]
    [InlineData(null, ImagePadding.Square)]
    [InlineData("crop", ImagePadding.Crop)]
    public async Task A_search_records_what_it_did(string? asked, ImagePadding recorded)
    {
        string[] padding = asked is null ? [] : ["--image-padding", asked];
        var run = await EosRun.Of(["search", "--model", tiny.Model, "--data", tiny.Table, "--images", tiny.Images, "--device", "cpu", "--batch-size", "2", "--mean-visual-tokens", "5",
            "--steps", "1", "--output", tiny[$"{recorded}.found.json"], "--artifact", tiny[$"{recorded}.zip"], .. padding]);
        run.MustSucceed();
        Assert.Equal(recorded, ReductionPlan.Load(tiny[$"{recorded}.found.json"]).ImagePadding);
        using var answering = new MLContext().VisionLanguage().LoadAnswering(tiny[$"{recorded}.zip"]);
        Assert.Equal(recorded, answering.ImagePadding);
    }

    [Fact]
    public void A_build_refuses_a_committed_plan_that_was_searched_otherwise_than_its_item_says()
    {
        var (crop, old) = (ReductionPlan.Load(Plan("c.json", ImagePadding.Crop)), ReductionPlan.Load(Plan("o.json", null)));
        Assert.Empty(ModelSearch.CheckPadding("c.json", crop, null));
        Assert.Empty(ModelSearch.CheckPadding("c.json", crop, ImagePadding.Crop));
        Assert.Contains("cropped", Assert.Single(ModelSearch.CheckPadding("o.json", old, null)));
        var e = Assert.Throws<EosException>(() => ModelSearch.CheckPadding("c.json", crop, ImagePadding.Square));
        Assert.Equal(EosErrors.StalePlan, e.Code);
        Assert.Throws<EosException>(() => ModelSearch.CheckPadding("o.json", old, ImagePadding.Square));
    }

    private Task<EosRun> Evaluate(params string[] more) =>
        EosRun.Of(["evaluate", "--model", tiny.Model, "--data", tiny["wide.tsv"], "--images", tiny["wide"], "--device", "cpu", "--max-new-tokens", "1", .. more]);

    private async Task<string?> Evaluated(params string[] more)
    {
        var run = await Evaluate(["--json", tiny["padding.json"], .. more]);
        run.MustSucceed();
        using var result = JsonDocument.Parse(File.ReadAllText(tiny["padding.json"]));
        return result.RootElement.GetProperty("imagePadding").GetString();
    }

    private string Plan(string name, ImagePadding? padding)
    {
        using var model = LlavaModel.Load(tiny.Model);
        (ReductionPlan.Identity(model.ToPlanModel()) with { Provenance = new(1, 10, "sha256:0", "0.1.0", "cpu"), ImagePadding = padding }).Save(tiny[name]);
        return tiny[name];
    }
}
