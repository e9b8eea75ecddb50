using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class ResumeTests
{
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 5, FinalVisualTokens = 3, FamilyDrop = 0.01 }, Steps = 12, BatchSize = 4, Seed = 3, CheckpointEvery = 4, RelevanceRank = 4,
        ValidationQuestions = 6, AlignmentWeight = 0.1, AlignmentLayers = [0, 2], Patience = 2, CheckEvery = 3,
    };

    // Several plans, a guard, alignment, early stopping: everything that has a state.
    private static readonly SearchConstraints[] Front = [Settings.Constraints, Settings.Constraints with { MeanVisualTokens = 3 }];

    // The search that nothing stops.
    private static readonly Lazy<IReadOnlyList<SearchResult>> Whole = new(() =>
    {
        using var model = SearchSample.Model();
        return Run(model, Settings);
    });

    // What is on the disk after four steps.
    private static readonly Lazy<byte[]> AfterFourSteps = new(() =>
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(model, Settings with { CheckpointPath = folder["search.ckpt"] }, new Immediately(p =>
        {
            if (p.Step == 4)
                source.Cancel();
        }), source.Token));
        return File.ReadAllBytes(folder["search.ckpt"]);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(13)]
    public void A_search_that_is_stopped_goes_on_to_the_same_plans(int stop)
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        var settings = Settings with { CheckpointPath = Path.Combine(folder.Path, "search.ckpt") };
        using (var source = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => Run(model, settings, new Immediately(p =>
            {
                if (p.Step == stop)
                    source.Cancel();
            }), source.Token));
        }
        Assert.True(File.Exists(settings.CheckpointPath));
        var first = int.MaxValue;
        Same(Run(model, settings, new Immediately(p => first = p.Phase == SearchPhase.Steps ? Math.Min(first, p.Step) : first)));
        Assert.True(first > stop);
        // A search that has ended is read, not repeated.
        first = int.MaxValue;
        Same(Run(model, settings, new Immediately(p => first = p.Phase == SearchPhase.Steps ? Math.Min(first, p.Step) : first)));
        Assert.Equal(int.MaxValue, first);
    }

    // A kill is a cancellation that writes nothing: what the file held last is gone on from.
    [Fact]
    public void A_search_that_is_killed_goes_on_from_the_last_checkpoint_to_the_same_plans()
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "search.ckpt");
        var settings = Settings with { CheckpointPath = path };
        Assert.Throws<InvalidOperationException>(() => Run(model, settings, new Immediately(p =>
        {
            if (p.Step == 13)
                throw new InvalidOperationException("killed");
        })));
        var steps = new List<int>();
        Same(Run(model, settings, AtSteps(steps)));
        Assert.Equal(13, steps[0]);
    }

    [Fact]
    public void A_loss_that_is_not_a_number_leaves_the_last_good_checkpoint()
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        var settings = Settings with { CheckpointPath = Path.Combine(folder.Path, "search.ckpt") };
        var norm = model.Weights["language_model.model.norm.weight"];
        using var good = norm.clone();
        var error = Assert.Throws<EosException>(() => Run(model, settings, new Immediately(p =>
        {
            if (p.Step == 8)
                Spoil(double.NaN);
        })));
        Assert.Equal(EosErrors.Diverged, error.Code);
        Assert.Contains("step 9 of", error.Message);
        Assert.Contains(settings.CheckpointPath!, error.Message);
        using (TorchSharp.torch.no_grad())
            norm.copy_(good);
        var steps = new List<int>();
        Same(Run(model, settings, AtSteps(steps)));
        Assert.Equal(9, steps[0]);

        void Spoil(double value)
        {
            using var guard = TorchSharp.torch.no_grad();
            norm.fill_(EosMLNet.Tensors.Scalars.Literal(value));
        }
    }

    public static TheoryData<string> Damages => ["truncated", "text", "foreign", "other seed", "incomplete"];

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_checkpoint_that_does_not_belong_is_refused(string damage)
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        var settings = Settings with { CheckpointPath = Path.Combine(folder.Path, "search.ckpt"), Steps = 4, Patience = null };
        Run(model, settings);
        var bytes = File.ReadAllBytes(settings.CheckpointPath!);
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(settings.CheckpointPath!, bytes[..(bytes.Length / 2)]);
                break;
            case "text":
                File.WriteAllText(settings.CheckpointPath!, "not a checkpoint");
                break;
            case "foreign":
                File.Copy(Path.Combine(GoldenFiles.TinyLlava, "model.safetensors"), settings.CheckpointPath!, overwrite: true);
                break;
            case "other seed":
                settings = settings with { Seed = 4 };
                break;
            default: // a name in the header that is no longer the one it was
                var at = bytes.AsSpan().IndexOf("\"losses\""u8);
                bytes[at + 1] = (byte)'L';
                File.WriteAllBytes(settings.CheckpointPath!, bytes);
                break;
        }
        var error = Assert.Throws<EosException>(() => Run(model, settings));
        Assert.Equal(EosErrors.SearchCheckpoint, error.Code);
        Assert.Contains(settings.CheckpointPath!, error.Message);
    }

    public static TheoryData<string, Action<Dictionary<string, Tensor>, Dictionary<string, string>>> Wrong => new()
    {
        { "has version 1, and this EosMLNet reads version 2", (_, texts) => texts.Remove("version") }, // as versions up to 0.1.1 wrote it
        { "has version 3, and this EosMLNet reads version 2", (_, texts) => texts["version"] = "3" },
        { "not a checkpoint of a search", (_, texts) => texts.Remove("search") },
        { "damaged; its state cannot be read", (_, texts) => texts.Remove("standing") },
        { "'made'", (_, texts) => texts["standing"] = texts["standing"].Replace("\"stepsMade\"", "\"made\"") },
        { "'countsTried'", (_, texts) => texts["standing"] = texts["standing"].Replace("\"countsTried\":false,", "") },
        { "do not have 4 steps", (_, texts) => texts["standing"] = texts["standing"].Replace("\"step\":4", "\"step\":3") },
        { "null", (_, texts) => texts["standing"] = texts["standing"].Replace("\"stages\":[]", "\"stages\":null") },
        { "stages is null", (_, texts) => texts["standing"] = texts["standing"].Replace("\"stages\":[]", "\"stages\":[null]") },
        { "'losses' is missing", (arrays, _) => arrays.Remove("losses") },
        { "'losses' has 3 numbers, not 4", (arrays, _) => arrays["losses"] = arrays["losses"][..3] },
        { "'multipliers' has 1 numbers, not 2", (arrays, _) => arrays["multipliers"] = arrays["multipliers"][..1] },
        { "'variable.gate' is missing", (arrays, _) => arrays.Remove("variable.gate") },
        { "'square.keep' is missing", (arrays, _) => arrays.Remove("square.keep") },
        { "'mean.probe' has 1 numbers", (arrays, _) => arrays["mean.probe"] = arrays["mean.probe"][..1] },
        { "'families.multiplier' is missing", (arrays, _) => arrays.Remove("families.multiplier") },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_a_checkpoint_lacks_or_has_otherwise_is_said_by_its_name(string named, Action<Dictionary<string, Tensor>, Dictionary<string, string>> spoil)
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var path = Path.Combine(folder.Path, "search.ckpt");
        var settings = Settings with { CheckpointPath = path };
        File.WriteAllBytes(path, AfterFourSteps.Value);
        Dictionary<string, Tensor> arrays;
        Dictionary<string, string> texts;
        using (var file = SafetensorsFile.Open(path))
        {
            arrays = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name, ScalarType.Float64));
            texts = new(file.Metadata);
        }
        spoil(arrays, texts);
        SafetensorsWriter.Write(path, arrays, texts);
        var error = Assert.Throws<EosException>(() => Run(model, settings));
        Assert.Equal(EosErrors.SearchCheckpoint, error.Code);
        Assert.Contains(named, error.Message);
        Assert.Contains(path, error.Message);
        Assert.Contains("Delete the file to begin anew", error.Message);
    }

    private static Immediately AtSteps(List<int> steps) => new(p =>
    {
        if (p.Phase == SearchPhase.Steps)
            steps.Add(p.Step);
    });

    private static IReadOnlyList<SearchResult> Run(VisionLanguageModel model, SearchSettings settings, IProgress<SearchProgress>? progress = null, CancellationToken cancellation = default)
    {
        using SearchData data = SearchSample.Data(model, 4, 1), held = SearchSample.Data(model, 2, 1, seed: 2);
        return new OperatorSearch(model, settings).RunFront(Front, data, held, progress, cancellation);
    }

    private static void Same(IReadOnlyList<SearchResult> found)
    {
        var expected = Whole.Value;
        Assert.Equal(2, expected.Count);
        Assert.Equal(expected.Select(r => r.Plan.ToJson()), found.Select(r => r.Plan.ToJson())); // the hash of the learned numbers included
        Assert.Equal(expected.Select(r => r.Report.Losses), found.Select(r => r.Report.Losses));
        Assert.Equal(expected.Select(r => r.Report.FamilyDrops), found.Select(r => r.Report.FamilyDrops));
    }
}
