using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Tensors;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_hold_the_single_files_weights_rounded_to_bfloat16()
    {
        using var scope = NewDisposeScope();
        using var single = Checkpoint.Open(GoldenFiles.TinyLlava);
        using var sharded = Checkpoint.Open(GoldenFiles.TinyLlavaSharded);
        Assert.Equal(98, single.Names.Count);
        Assert.Equal(single.Names.Order(), sharded.Names.Order());
        Assert.Equal(SafetensorsType.Float32, single.StoredType);
        Assert.Equal(SafetensorsType.BFloat16, sharded.StoredType);
        foreach (var name in single.Names)
        {
            long[] shape = [.. single.ShapeOf(name)];
            var exact = single.Read(name, shape, ScalarType.Float32, CPU);
            Assert.NotEqual(0, exact.abs().sum().item<float>());
            Assert.True(exact.bfloat16().equal(sharded.Read(name, shape, ScalarType.BFloat16, CPU)).all().item<bool>(), name);
        }
    }

    [Theory]
    [InlineData("model.language_model.layers.0.mlp.up_proj.weight", "language_model.model.layers.0.mlp.up_proj.weight")]
    [InlineData("model.vision_tower.vision_model.pre_layrnorm.bias", "vision_tower.vision_model.pre_layrnorm.bias")]
    [InlineData("model.vision_tower.pre_layrnorm.bias", "vision_tower.vision_model.pre_layrnorm.bias")]
    [InlineData("vision_tower.encoder.layers.0.mlp.fc1.bias", "vision_tower.vision_model.encoder.layers.0.mlp.fc1.bias")]
    [InlineData("model.multi_modal_projector.linear_1.weight", "multi_modal_projector.linear_1.weight")]
    [InlineData("lm_head.weight", "language_model.lm_head.weight")]
    [InlineData("language_model.model.norm.weight", "language_model.model.norm.weight")]
    public void Newer_names_are_read_by_the_published_ones(string stored, string published)
    {
        Write("model.safetensors", stored);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.True(checkpoint.Contains(published));
        checkpoint.Read(published, [2, 3], ScalarType.Float32, CPU).Dispose();
    }

    [Fact]
    public void A_weight_under_both_names_is_refused()
    {
        Write("model.safetensors", "lm_head.weight", "language_model.lm_head.weight");
        Expect.Error(EosErrors.CheckpointIndex, () => Checkpoint.Open(_folder.Path), "language_model.lm_head.weight");
    }

    [Fact]
    public void Another_shape_than_the_configurations_is_refused()
    {
        Write("model.safetensors", "w");
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Expect.Error(EosErrors.TensorShape, () => checkpoint.Read("w", [3, 2], ScalarType.Float32, CPU), "[2, 3]", "[3, 2]", "'w'");
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        Write("model.safetensors", "w");
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Expect.Error(EosErrors.MissingTensor, () => checkpoint.Read("v", [1], ScalarType.Float32, CPU), "'v'", _folder.Path);
    }

    [Fact]
    public void Integer_weights_are_refused()
    {
        using (var x = ones(2, ScalarType.Int8))
            SafetensorsWriter.Write(_folder["model.safetensors"], [new("w", x)]);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Expect.Error(EosErrors.UnsupportedDataType, () => checkpoint.Read("w", [2], ScalarType.Float32, CPU), "quantised");
    }

    [Fact]
    public void A_folder_without_weights_is_refused() => Expect.Error(EosErrors.FileMissing, () => Checkpoint.Open(_folder.Path), "model.safetensors");

    [Theory]
    [InlineData("""{"weight_map":{"w":"gone.safetensors"}}""", EosErrors.CheckpointIndex, "gone.safetensors")]
    [InlineData("""{"weight_map":{"w":"../a.safetensors"}}""", EosErrors.CheckpointIndex, "../a.safetensors")]
    [InlineData("""{"weight_map":{"w":"..\\a.safetensors"}}""", EosErrors.CheckpointIndex, "a.safetensors")]
    [InlineData("""{"weight_map":{"w":"/etc/a.safetensors"}}""", EosErrors.CheckpointIndex, "/etc/a.safetensors")]
    [InlineData("""{"weight_map":{"w":"sub/a.safetensors"}}""", EosErrors.CheckpointIndex, "sub/a.safetensors")]
    [InlineData("""{"weight_map":{"w":"passwords.txt"}}""", EosErrors.CheckpointIndex, "passwords.txt")]
    [InlineData("""{"weight_map":{"w":null}}""", EosErrors.CheckpointIndex, "'w'")]
    [InlineData("""{"weight_map":{"absent":"a.safetensors"}}""", EosErrors.CheckpointIndex, "'absent'")]
    [InlineData("""{"weight_map":{}}""", EosErrors.CheckpointIndex, "weight_map")]
    [InlineData("""{}""", EosErrors.CheckpointIndex, "weight_map")]
    [InlineData("""{"weight_map":{"w":1}}""", EosErrors.MalformedJson, "weight_map.w")]
    [InlineData("""{"weight_map":[]}""", EosErrors.MalformedJson, "weight_map")]
    [InlineData("""{"weight_map":{"w":"a.safetensors"}""", EosErrors.MalformedJson, "line 1")]
    public void A_bad_index_is_refused(string index, string code, string inMessage)
    {
        Write("a.safetensors", "w");
        _folder.Write("model.safetensors.index.json", index);
        Expect.Error(code, () => Checkpoint.Open(_folder.Path), inMessage);
    }

    [Fact]
    public void Only_what_the_index_lists_is_read_from_a_shard()
    {
        Write("a.safetensors", "w", "stale");
        _folder.Write("model.safetensors.index.json", """{"weight_map":{"w":"a.safetensors"}}""");
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal(["w"], checkpoint.Names);
    }

    [Fact]
    public void The_fingerprint_changes_with_any_byte_of_configuration_or_weights()
    {
        _folder.Write("config.json", "{}");
        Write("model.safetensors", "w");
        var before = Checkpoint.Fingerprint(_folder.Path);
        Assert.Matches("^sha256:[0-9a-f]{64}$", before);
        Assert.Equal(before, Checkpoint.Fingerprint(_folder.Path));

        _folder.Write("config.json", "{ }");
        var otherConfig = Checkpoint.Fingerprint(_folder.Path);
        Assert.NotEqual(before, otherConfig);

        var bytes = File.ReadAllBytes(_folder["model.safetensors"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder["model.safetensors"], bytes);
        Assert.NotEqual(otherConfig, Checkpoint.Fingerprint(_folder.Path));
    }

    [Fact]
    public void The_fingerprint_covers_every_shard()
    {
        _folder.Write("config.json", "{}");
        Write("a.safetensors", "w");
        Write("b.safetensors", "v");
        _folder.Write("model.safetensors.index.json", """{"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}""");
        var before = Checkpoint.Fingerprint(_folder.Path);
        Write("b.safetensors", "v", "more");
        Assert.NotEqual(before, Checkpoint.Fingerprint(_folder.Path));
    }

    // Each tensor is (2, 3) of float32.
    private void Write(string file, params string[] names)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_folder[file], names.Select(name => KeyValuePair.Create(name, ones(2, 3))));
    }
}
