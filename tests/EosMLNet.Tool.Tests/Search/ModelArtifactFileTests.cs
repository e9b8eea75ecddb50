using System.IO.Compression;
using EosMLNet.Tool.Build;
using EosMLNet.Tool.Search;
using Microsoft.ML;

namespace EosMLNet.Tool.Tests.Search;

public sealed class ModelArtifactFileTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private static readonly BuildProvenance Provenance = new()
    {
        Inputs = "sha256:i", Model = "sha256:m", Data = "sha256:d", Options = "sha256:o", Worker = "1", Seed = 1, Device = "cpu",
        ValidationQuestions = 100, ValidationAccuracy = 0.75, UnreducedAccuracy = 0.875, MeanVisualTokens = 16,
    };

    [Fact]
    public void Two_writings_at_two_times_are_the_same_bytes_and_ML_NET_reads_them()
    {
        var first = Write("a/model.zip", null);
        Thread.Sleep(2100); // a zip tells times two seconds apart
        Assert.Equal(first, Write("b/model.zip", null));
        using var model = new MLContext().Model.Load(tiny["a/model.zip"], out _) as IDisposable;
        Assert.NotNull(model);
    }

    [Fact]
    public void Weights_that_are_referred_to_are_found_through_the_variable_and_no_path_is_told()
    {
        Write("referred/model.zip", 0);
        using (var zip = ZipFile.OpenRead(tiny["referred/model.zip"]))
        {
            Assert.DoesNotContain(zip.Entries, entry => entry.Name == "model.safetensors");
            using var manifest = new StreamReader(zip.Entries.Single(entry => entry.Name == "Manifest.json").Open());
            Assert.DoesNotContain(Path.GetFileName(tiny.Model), manifest.ReadToEnd().Split("\"checkpoint\":")[1]);
        }
        Assert.Contains("EOS4004", Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(tiny["referred/model.zip"], out _)).ToString());
        Environment.SetEnvironmentVariable("EOS_MODEL_PATH", tiny.Model);
        try
        {
            using var model = new MLContext().Model.Load(tiny["referred/model.zip"], out _) as IDisposable;
            Assert.NotNull(model);
        }
        finally
        {
            Environment.SetEnvironmentVariable("EOS_MODEL_PATH", null);
        }
    }

    private byte[] Write(string name, long? embed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(tiny[name])!);
        ModelArtifactFile.Write(tiny[name], tiny.Model, tiny.Plan(8), embed, namesFolder: false,
            additions: new Dictionary<string, byte[]> { [BuildProvenance.EntryName] = Provenance.ToBytes() });
        return File.ReadAllBytes(tiny[name]);
    }
}
