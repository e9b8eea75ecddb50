using System.IO.Compression;
using Microsoft.ML;

namespace EosMLNet.Tests.Persistence;

public sealed class ArtifactWriterTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1000L)]
    public void It_writes_what_Save_writes_of_the_loaded_model(long embedUpTo)
    {
        var estimator = ml.VisionLanguage().Answer(Options(embedUpTo));
        using (var model = estimator.Fit(tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml))))
            ml.Model.Save(model, inputSchema: null, folder["loaded.zip"]);

        estimator.SaveWithoutLoading(folder["written.zip"]);

        Assert.Equal(Entries(folder["loaded.zip"]), Entries(folder["written.zip"]));
        Assert.Equal([folder["loaded.zip"], folder["written.zip"]], Directory.GetFiles(folder.Path).Order());
    }

    [Fact]
    public void The_written_zip_answers_as_the_fitted_model()
    {
        using var fitted = tiny.Fit(ml);
        var images = tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));

        ml.VisionLanguage().Answer(Options()).SaveWithoutLoading(folder["written.zip"]);

        using var written = ml.VisionLanguage().LoadAnswering(folder["written.zip"]);
        Same.Answers(TinyModel.Answers(ml, fitted.Transform(tiny.Data(ml))), TinyModel.Answers(ml, written.Transform(images)));
    }

    [Fact]
    public void No_weights_are_loaded()
    {
        // Files that nobody can load, and a plan for them.
        var broken = Directory.CreateDirectory(folder["broken"]).FullName;
        foreach (var file in Directory.GetFiles(tiny.ModelPath))
            File.Copy(file, Path.Combine(broken, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(broken, "model.safetensors"), "no weights");
        var plan = ReductionPlan.Load(tiny.Plan());
        (plan with { Model = plan.Model with { Fingerprint = Checkpoint.Fingerprint(broken) } }).Save(folder["plan.json"]);
        var options = new AnswerOptions { ModelPath = broken, PlanPath = folder["plan.json"] };

        ml.VisionLanguage().Answer(options).SaveWithoutLoading(folder["broken.zip"]);

        Assert.Contains(Entries(folder["broken.zip"]).Keys, name => name.EndsWith("/model.safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_of_other_weights_is_EOS4002_and_nothing_is_written()
    {
        var plan = ReductionPlan.Load(tiny.Plan());
        (plan with { Model = plan.Model with { Fingerprint = "sha256:0" } }).Save(folder["plan.json"]);
        var options = new AnswerOptions { ModelPath = tiny.ModelPath, PlanPath = folder["plan.json"] };

        Expect.Error(EosErrors.PlanMismatch, () => ml.VisionLanguage().Answer(options).SaveWithoutLoading(folder["other.zip"]), "sha256:0");
        Assert.Equal([folder["plan.json"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Without_a_plan_there_is_nothing_to_write() => Expect.Error(EosErrors.InvalidOption,
        () => ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = tiny.ModelPath }).SaveWithoutLoading(folder["none.zip"]), "PlanPath");

    [Fact]
    public void A_folder_that_is_not_there_is_made()
    {
        ml.VisionLanguage().Answer(Options()).SaveWithoutLoading(folder["new/vqa.zip"]);
        Assert.Equal([folder["new/vqa.zip"]], Directory.GetFiles(folder["new"]));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_EOS2003()
    {
        File.WriteAllText(folder["file"], "");
        Expect.Error(EosErrors.CannotWrite, () => ml.VisionLanguage().Answer(Options()).SaveWithoutLoading(folder["file/vqa.zip"]), "file");
    }

    [Fact]
    public void Additions_stand_behind_everything_else()
    {
        ml.VisionLanguage().Answer(Options()).SaveWithoutLoading(folder["more.zip"], additions: new Dictionary<string, byte[]> { ["A.json"] = [1, 2] });

        using var zip = ZipFile.OpenRead(folder["more.zip"]);
        Assert.Equal(("A.json", 2), (zip.Entries[^1].FullName, (int)zip.Entries[^1].Length));
        Assert.All(zip.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
    }

    public void Dispose() => folder.Dispose();

    private AnswerOptions Options(long embedUpTo = long.MaxValue) =>
        new() { ModelPath = tiny.ModelPath, PlanPath = tiny.Plan(), MaxNewTokens = 6, AnswerBatchSize = 5, EmbedWeightsUpTo = embedUpTo };

    private static SortedDictionary<string, string> Entries(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        return new(archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = new StreamReader(entry.Open(), System.Text.Encoding.Latin1);
            return stream.ReadToEnd();
        }));
    }
}
