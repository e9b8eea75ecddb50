using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML;

namespace EosMLNet.Tests.Persistence;

public sealed class SaveLoadTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_fresh_process_gives_the_same_answers_and_nobody_registers_anything()
    {
        var expected = Saved(out var zip);

        Assert.Equal(expected.Select(a => a.PredictedAnswer), FreshProcess.Answers(zip, tiny.Tsv, tiny.ImageFolder));
    }

    [Fact]
    public void A_model_that_was_loaded_saves_and_loads_again()
    {
        var expected = Saved(out var zip);
        using (var once = (IDisposable)ml.Model.Load(zip, out var schema))
            ml.Model.Save((ITransformer)once, schema, folder["again.zip"]);

        using var twice = (IDisposable)ml.Model.Load(folder["again.zip"], out _);

        Same.Answers(expected, TinyModel.Answers(ml, ((ITransformer)twice).Transform(tiny.Data(ml))));
        Assert.Equal(Entries(zip), Entries(folder["again.zip"]));
    }

    // Until 0.2 ML.NET's loader was in the assembly EosMLNet. The zip was saved then, of this fixture's model, which lies beside it.
    [Fact]
    public void A_model_that_was_saved_before_answering_was_parted_loads_beside_a_new_one()
    {
        var (zip, expected) = (tiny["loader-in-EosMLNet.zip"], Saved(out var newer));
        File.Copy(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(zip)), zip, overwrite: true);
        Assert.Equal(("EosMLNet", "EosMLNet.Answering"), (LoaderAssembly(zip), LoaderAssembly(newer)));

        using var older = (IDisposable)ml.Model.Load(zip, out _);
        using var present = (IDisposable)ml.Model.Load(newer, out _);

        var images = tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));
        Same.Answers(expected, TinyModel.Answers(ml, ((ITransformer)older).Transform(images)));
        Same.Answers(expected, TinyModel.Answers(ml, ((ITransformer)present).Transform(tiny.Data(ml))));
    }

    [Fact]
    public void Saving_twice_writes_the_same_entries()
    {
        Saved(out var first, "first.zip");
        Saved(out var second, "second.zip");

        Assert.Equal(Entries(first), Entries(second));
    }

    [Fact]
    public void A_process_that_disposes_its_model_leaves_nothing_in_the_temporary_folder() => LeavesNothing("--dispose");

    [Fact]
    public void A_process_that_never_disposes_leaves_nothing_in_the_temporary_folder() => LeavesNothing();

    private void LeavesNothing(params string[] arguments)
    {
        Saved(out var zip);
        var temporary = Directory.CreateDirectory(folder["temporary"]).FullName;

        var (exitCode, output) = FreshProcess.Run([zip, tiny.Tsv, tiny.ImageFolder, .. arguments], ("TMPDIR", temporary), ("TMP", temporary));

        Assert.True(exitCode == 0, output);
        Assert.Empty(Directory.GetDirectories(temporary)); // the runtime's own diagnostic sockets are files
    }

    [Fact]
    public void A_large_model_is_referred_to_and_found_beside_the_zip_after_a_move()
    {
        var expected = SavedByReference(out var home);
        var moved = folder["moved"];
        Directory.Move(home, moved);

        Assert.DoesNotContain(Entries(Path.Combine(moved, "vqa.zip")), entry => entry.Key.EndsWith(".safetensors", StringComparison.Ordinal) && entry.Key.Contains("Checkpoint"));
        Assert.Equal(expected.Select(a => a.PredictedAnswer), FreshProcess.Answers(Path.Combine(moved, "vqa.zip"), tiny.Tsv, tiny.ImageFolder));
    }

    [Fact]
    public void EOS_MODEL_PATH_names_the_weights_of_a_referring_zip()
    {
        SavedByReference(out var home);
        var zip = Path.Combine(home, "vqa.zip");
        Directory.Move(Path.Combine(home, "model"), folder["elsewhere"]);

        var lost = FreshProcess.Run([zip, tiny.Tsv, tiny.ImageFolder]);
        var found = FreshProcess.Run([zip, tiny.Tsv, tiny.ImageFolder], ("EOS_MODEL_PATH", folder["elsewhere"]));

        Assert.Equal(1, lost.ExitCode);
        Assert.Contains(EosErrors.ReferencedWeights, lost.Output);
        Assert.True(found.ExitCode == 0, found.Output);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public void Changed_weights_of_a_referring_zip_are_EOS4004(string file)
    {
        SavedByReference(out var home);
        var path = Path.Combine(home, "model", file);
        var bytes = File.ReadAllBytes(path);
        bytes[^(file.EndsWith("json", StringComparison.Ordinal) ? 30 : 4)] ^= 1;
        File.WriteAllBytes(path, bytes);

        // Bytes that the loader does not mind are found beside the work, before the first answer is handed out.
        Expect.Error(EosErrors.ReferencedWeights, () =>
        {
            using var model = (IDisposable)ml.VisionLanguage().Load(Path.Combine(home, "vqa.zip"), out _);
            TinyModel.Answers(ml, ((ITransformer)model).Transform(tiny.Data(ml)));
        }, "sha256:", "model");
    }

    [Fact]
    public void Weights_that_changed_since_they_were_loaded_are_not_saved()
    {
        var copy = CopyModel(folder["changing"]);
        using var model = tiny.Fit(ml, options => options.ModelPath = copy);
        File.AppendAllText(Path.Combine(copy, "config.json"), " ");

        Expect.Error(EosErrors.ReferencedWeights, () => ml.Model.Save(model, tiny.Data(ml).Schema, folder["changed.zip"]), copy);
    }

    [Fact]
    public void Weights_that_changed_before_anybody_hashed_them_are_not_saved()
    {
        var copy = CopyModel(folder["unhashed"]);
        using var model = tiny.Fit(ml, options => (options.ModelPath, options.PlanPath) = (copy, null));
        TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        File.AppendAllText(Path.Combine(copy, "config.json"), " ");

        Expect.Error(EosErrors.ReferencedWeights, () => ml.Model.Save(model, tiny.Data(ml).Schema, folder["unhashed.zip"]), copy);
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_EOS2002_unless_the_CPU_will_do()
    {
        var expected = Saved(out var zip);
        var strict = new MLContext { GpuDeviceId = 99 };
        var lenient = new MLContext { GpuDeviceId = 99, FallbackToCpu = true };

        Expect.Error(EosErrors.Device, () => strict.VisionLanguage().Load(zip, out _), "GPU 99", "FallbackToCpu");
        using var model = (IDisposable)lenient.VisionLanguage().Load(zip, out _);
        Same.Answers(expected, TinyModel.Answers(lenient, ((ITransformer)model).Transform(tiny.Data(lenient))));
    }

    public void Dispose() => folder.Dispose();

    private IReadOnlyList<VqaAnswer> Saved(out string zip, string name = "vqa.zip")
    {
        zip = folder[name];
        using var model = tiny.Fit(ml);
        ml.Model.Save(model, tiny.Data(ml).Schema, zip);
        return TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
    }

    // The zip and the model's folder, side by side in `home`.
    private IReadOnlyList<VqaAnswer> SavedByReference(out string home)
    {
        home = folder["home"];
        var copy = CopyModel(Path.Combine(home, "model"));
        using var model = tiny.Fit(ml, options => (options.ModelPath, options.EmbedWeightsUpTo) = (copy, 1000));
        ml.Model.Save(model, tiny.Data(ml).Schema, Path.Combine(home, "vqa.zip"));
        return TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
    }

    private string CopyModel(string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(tiny.ModelPath))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return to;
    }

    // ML.NET writes its name, in UTF-16, into the header of the stage's entry.
    private static string LoaderAssembly(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        var folder = archive.Entries.Single(entry => entry.Name == "Manifest.json").FullName[..^"Manifest.json".Length];
        using var reader = new StreamReader(archive.GetEntry(folder + "Model.key")!.Open(), Encoding.Unicode);
        return Regex.Match(reader.ReadToEnd(), @"([\w.]+), Version=").Groups[1].Value;
    }

    private static SortedDictionary<string, string> Entries(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        return new(archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
        }));
    }
}
