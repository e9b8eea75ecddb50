using System.Buffers.Binary;
using System.Security.Cryptography;
using EosMLNet.Tool.Tests;

namespace EosMLNet.Tests.Weights;

public sealed class CheckpointFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("eos-files-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_fingerprint_is_the_hash_of_names_lengths_and_bytes()
    {
        var weights = Enumerable.Range(0, 3_000_001).Select(i => (byte)(i * i >> 3)).ToArray(); // several pieces
        Write("config.json", "{}"u8.ToArray());
        Write("model.safetensors", weights);
        byte[] all = [.. "config.json"u8, .. Length(2), .. "{}"u8, .. "model.safetensors"u8, .. Length(weights.Length), .. weights];

        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(all)), CheckpointFiles.Of(folder).Fingerprint());
    }

    // A reader that wants no writer beside it does not stop it.
    [Fact]
    public void Shards_are_hashed_in_the_order_of_their_names_also_while_somebody_reads_them()
    {
        Write("config.json", "{}"u8.ToArray());
        Write("model.safetensors.index.json",
            """{"weight_map":{"w":"b.safetensors","v":"a.safetensors","u":"b.safetensors"}}"""u8.ToArray());
        Write("a.safetensors", [1, 2, 3]);
        Write("b.safetensors", [4]);
        byte[] all =
        [
            .. "config.json"u8, .. Length(2), .. "{}"u8, .. "a.safetensors"u8, .. Length(3), 1, 2, 3, .. "b.safetensors"u8, .. Length(1), 4,
        ];
        using var reader = new FileStream(Path.Combine(folder, "a.safetensors"), FileMode.Open, FileAccess.Read, FileShare.Read);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(all)), CheckpointFiles.Of(folder).Fingerprint());
    }

    [Fact]
    public void Files_that_were_changed_in_between_have_no_fingerprint()
    {
        Write("config.json", "{}"u8.ToArray());
        Write("model.safetensors", [1, 2, 3]);
        var seen = CheckpointFiles.Of(folder);
        Write("model.safetensors", [1, 2, 3, 4]);
        Refused(seen, "model.safetensors", "changed");
        File.Delete(Path.Combine(folder, "model.safetensors"));
        Refused(seen, "model.safetensors");
    }

    [Fact]
    public void Files_of_the_same_length_and_another_time_were_changed()
    {
        Write("config.json", "{}"u8.ToArray());
        Write("model.safetensors", [1, 2, 3]);
        var seen = CheckpointFiles.Of(folder);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "config.json"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Refused(seen, "config.json", "changed");
    }

    [Fact]
    public void A_link_is_the_file_that_it_leads_to()
    {
        Write("config.json", "{}"u8.ToArray());
        Write("blob", [1, 2, 3]);
        File.CreateSymbolicLink(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "blob"));
        var seen = CheckpointFiles.Of(folder);
        var before = seen.Fingerprint();
        Write("blob", [1, 2, 3, 4]);
        Refused(seen, "changed");
        Assert.NotEqual(before, CheckpointFiles.Of(folder).Fingerprint());
    }

    [Fact]
    public void A_folder_without_a_configuration_is_EOS1001()
    {
        Write("model.safetensors", [1]);
        Assert.Equal(EosErrors.FileMissing, Assert.Throws<EosException>(() => CheckpointFiles.Of(folder)).Code);
    }

    // The kernel says of this file that it has 4096 bytes, and gives a few.
    [LinuxFact]
    public void A_file_that_ends_before_its_length_has_no_fingerprint()
    {
        Write("model.safetensors", [1]);
        var path = Path.Combine(folder, "config.json");
        File.CreateSymbolicLink(path, "/sys/devices/system/cpu/online");
        var fault = Assert.Throws<EosException>(CheckpointFiles.Of(folder).Fingerprint);
        Assert.Equal(
            $"EOS1001: '{path}' was changed after the model was loaded, so that nobody can tell which weights it has. Load it again.",
            fault.Message);
    }

    [Theory]
    [InlineData("config.json", true)]
    [InlineData("model-00001-of-00002.safetensors", true)]
    [InlineData("tokenizer.model", true)]
    [InlineData("merges.txt", true)]
    [InlineData("chat_template.jinja", true)]
    [InlineData("pytorch_model.bin", false)]
    [InlineData("README.md", false)]
    [InlineData("config.json.bak", false)]
    [InlineData("json", false)]
    [InlineData("CONFIG.JSON", false)]
    public void Configuration_weights_tokenizer_and_preprocessor_may_be_a_checkpoints(string name, bool expected) =>
        Assert.Equal(expected, CheckpointFiles.MayHold(name));

    private static void Refused(CheckpointFiles files, params string[] parts)
    {
        var fault = Assert.Throws<EosException>(files.Fingerprint);
        Assert.Equal(EosErrors.FileMissing, fault.Code);
        Assert.All(parts, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
    }

    private static byte[] Length(long length)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    private void Write(string name, byte[] content) => File.WriteAllBytes(Path.Combine(folder, name), content);
}
