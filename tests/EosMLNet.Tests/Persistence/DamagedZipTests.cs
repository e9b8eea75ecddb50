using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML;

namespace EosMLNet.Tests.Persistence;

public sealed class DamagedZipTests : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();
    private readonly byte[] whole;

    public DamagedZipTests(TinyModel tiny)
    {
        using var model = tiny.Fit(ml);
        ml.Model.Save(model, tiny.Data(ml).Schema, folder["whole.zip"]);
        whole = File.ReadAllBytes(folder["whole.zip"]);
    }

    [Fact]
    public void A_truncated_zip_of_any_length_is_EOS4003()
    {
        for (var i = 0; i < 60; i++)
            Fails(whole[..(int)((long)whole.Length * i / 60)]);
        for (var cut = 1; cut < 40; cut++)
            Fails(whole[..^cut]);

        void Fails(byte[] bytes)
        {
            File.WriteAllBytes(folder["cut.zip"], bytes);
            Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().Load(folder["cut.zip"], out _));
            Assert.ThrowsAny<Exception>(() => ml.Model.Load(folder["cut.zip"], out _));
        }
    }

    [Fact]
    public void A_zip_with_a_damaged_entry_is_EOS4003()
    {
        foreach (var entry in new[] { "Plan.json", "Checkpoint/config.json", "Checkpoint/model.safetensors", "Checkpoint/vocab.json" })
            Expect.Error(EosErrors.ModelArtifact, () => LoadChanged(entry, bytes => bytes[..^1]), entry);
    }

    [Theory]
    [InlineData("Manifest.json")]
    [InlineData("Plan.json")]
    [InlineData("Checkpoint/model.safetensors")]
    public void A_zip_that_lacks_an_entry_is_EOS4003(string entry) =>
        Expect.Error(EosErrors.ModelArtifact, () => LoadChanged(entry, _ => null), entry);

    [Fact]
    public void A_newer_manifest_is_EOS4003_and_says_so() =>
        Expect.Error(EosErrors.ModelArtifact, () => LoadChangedManifest(manifest => (manifest["version"], manifest["settings"]) = (2, "other")), "version 2", "Update");

    [Fact]
    public void A_newer_header_is_EOS4003() => // the version that a reader needs: bytes 16 to 19 of ML.NET's header
        Expect.Error(EosErrors.ModelArtifact, () => LoadChanged("TransformerChain/Transform_001/Model.key", bytes => bytes.Select((b, i) => i is >= 16 and < 24 ? (byte)9 : b).ToArray()));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version": 1}""")]
    [InlineData("""{"version": 1, "version": 1}""")]
    [InlineData("""{"version": 0}""")]
    public void A_corrupt_manifest_is_EOS4003(string text) =>
        Expect.Error(EosErrors.ModelArtifact, () => LoadChanged("Manifest.json", _ => Encoding.UTF8.GetBytes(text)), "manifest");

    [Theory]
    [InlineData("../evil.json")]
    [InlineData("Checkpoint/../../evil.json")]
    [InlineData("/tmp/evil.json")]
    [InlineData("Checkpoint/..\\evil.json")]
    [InlineData("Checkpoint/")]
    [InlineData("Checkpoint/.hidden")]
    [InlineData("Other.json")]
    public void A_manifest_cannot_name_files_outside_its_folder(string name) =>
        Expect.Error(EosErrors.ModelArtifact, () => LoadChangedManifest(manifest => manifest["files"]![0]!["name"] = name), name);

    [Fact]
    public void A_manifest_that_lists_null_or_a_file_without_a_name_is_EOS4003()
    {
        Expect.Error(EosErrors.ModelArtifact, () => LoadChangedManifest(manifest => manifest["files"]![0] = null), "null");
        Expect.Error(EosErrors.ModelArtifact, () => LoadChangedManifest(manifest => manifest["files"]![0] = new JsonObject()), "name");
    }

    [Fact]
    public void A_manifest_with_settings_out_of_range_is_EOS4003() =>
        Expect.Error(EosErrors.ModelArtifact, () => LoadChangedManifest(manifest => manifest["settings"]!["batchSize"] = 1_000_000_000), "1000000000");

    [Fact]
    public void The_image_cache_of_a_model_that_0_1_1_saved_is_kept()
    {
        var changed = Changed("Manifest.json", bytes =>
        {
            var manifest = JsonNode.Parse(bytes)!;
            Assert.True(manifest["settings"]!.AsObject().Remove("imageCacheBytes"));
            Assert.False(manifest["settings"]!.AsObject().ContainsKey("pictureCacheBytes"));
            manifest["settings"]!["pictureCacheBytes"] = 12345;
            return Encoding.UTF8.GetBytes(manifest.ToJsonString());
        });
        using var model = ml.VisionLanguage().LoadAnswering(changed);
        Assert.Equal(12345, model.Settings.ImageCacheBytes);
    }

    [Fact]
    public void A_file_that_is_no_zip_is_EOS4003()
    {
        File.WriteAllText(folder["text.zip"], "not a zip");

        Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().Load(folder["text.zip"], out _));
        Expect.Error(EosErrors.FileMissing, () => ml.VisionLanguage().Load(folder["none.zip"], out _));
    }

    [Fact]
    public void ML_NETs_own_Load_keeps_the_code_in_its_exceptions()
    {
        var failure = Assert.ThrowsAny<Exception>(() => ml.Model.Load(Changed("Manifest.json", _ => null), out _));

        Assert.Contains(EosErrors.ModelArtifact, failure.ToString());
    }

    public void Dispose() => folder.Dispose();

    private void LoadChangedManifest(Action<JsonNode> change) => LoadChanged("Manifest.json", bytes =>
    {
        var manifest = JsonNode.Parse(bytes)!;
        change(manifest);
        return Encoding.UTF8.GetBytes(manifest.ToJsonString());
    });

    private void LoadChanged(string entry, Func<byte[], byte[]?> change) => ml.VisionLanguage().Load(Changed(entry, change), out _);

    // A well-formed zip in which one entry has other bytes, or is gone.
    private string Changed(string name, Func<byte[], byte[]?> change)
    {
        var path = folder[$"{Guid.NewGuid():N}.zip"];
        using var from = new ZipArchive(new MemoryStream(whole));
        using var to = ZipFile.Open(path, ZipArchiveMode.Create);
        Assert.Contains(from.Entries, entry => entry.FullName.EndsWith(name, StringComparison.Ordinal));
        foreach (var entry in from.Entries)
        {
            var bytes = Read(entry);
            if ((entry.FullName.EndsWith(name, StringComparison.Ordinal) ? change(bytes) : bytes) is not { } kept)
                continue;
            using var stream = to.CreateEntry(entry.FullName).Open();
            stream.Write(kept);
        }
        return path;
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
