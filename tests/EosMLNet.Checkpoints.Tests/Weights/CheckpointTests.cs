using EosMLNet.Files;

namespace EosMLNet.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
        Assert.Equal(stored, checkpoint.Locate(published, [2, 3]).Name);
        Assert.Equal([2L, 3], checkpoint.ShapeOf(published));
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
        Expect.Error(EosErrors.TensorShape, () => checkpoint.Locate("w", [3, 2]),
            $"EOS1005: 'w' of '{_folder["model.safetensors"]}' has the shape [2, 3], config.json asks for [3, 2]; " +
            "the two do not belong together.");
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        Write("model.safetensors", "w");
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Expect.Error(EosErrors.MissingTensor, () => checkpoint.Locate("v", [1]), "'v'", _folder.Path);
    }

    [Fact]
    public void Integer_weights_are_refused()
    {
        SafetensorsFile.Write(_folder["model.safetensors"], [new("w", SafetensorsType.Int8, [2], stream => stream.Write([1, 1]))]);
        using var checkpoint = Checkpoint.Open(_folder.Path);
        Expect.Error(EosErrors.UnsupportedDataType, () => checkpoint.Locate("w", [2]),
            $"the checkpoint is quantised. {Quantization.Remedy}.");
    }

    [Fact]
    public void The_type_that_most_bytes_have_is_the_stored_one()
    {
        Assert.Equal(SafetensorsType.Float32, Stored());
        Assert.Equal(SafetensorsType.Float32, Stored(("ids", SafetensorsType.Int64, 100)));
        Assert.Equal(SafetensorsType.BFloat16, Stored(("w", SafetensorsType.BFloat16, 5), ("v", SafetensorsType.Float32, 2)));
        Assert.Equal(SafetensorsType.Float32, Stored(("w", SafetensorsType.BFloat16, 5), ("v", SafetensorsType.Float32, 3)));
        Assert.Equal(SafetensorsType.BFloat16,
            Stored(("w", SafetensorsType.BFloat16, 3), ("u", SafetensorsType.BFloat16, 3), ("v", SafetensorsType.Float32, 2)));

        SafetensorsType Stored(params (string Name, SafetensorsType Type, int Count)[] tensors)
        {
            SafetensorsFile.Write(_folder["model.safetensors"], tensors.Select(tensor => new SafetensorsPart(tensor.Name, tensor.Type, [tensor.Count],
                stream => stream.Write(new byte[tensor.Count * tensor.Type switch { SafetensorsType.Int64 => 8, SafetensorsType.Float32 => 4, _ => 2 }]))));
            using var checkpoint = Checkpoint.Open(_folder.Path);
            return checkpoint.StoredType;
        }
    }

    [Theory]
    [InlineData("adapter_model.safetensors", "with merge_and_unload() of the Python package peft, then save_pretrained.")]
    [InlineData("adapter_model.bin", "with merge_and_unload() of the Python package peft, then save_pretrained.")]
    [InlineData("pytorch_model.bin", "safe_serialization=True")]
    [InlineData("pytorch_model-00001-of-00002.bin", "safe_serialization=True")]
    [InlineData("model.gguf", "which is not read")]
    [InlineData("readme.txt", "model.safetensors.index.json; name a checkpoint folder in Hugging Face layout")]
    public void A_folder_with_weights_of_another_form_is_told_what_to_do(string file, string says)
    {
        _folder.Write(file, "");
        Expect.Error(EosErrors.FileMissing, () => Checkpoint.Open(_folder.Path), "has neither", says);
        Expect.Error(EosErrors.FileMissing, () => Checkpoint.Open(_folder["none"]), "name a checkpoint folder");
    }

    [Fact]
    public void Shards_are_read_each_once_and_a_tensor_in_the_wrong_one_is_an_error()
    {
        Write("a.safetensors", "w", "v");
        Write("b.safetensors", "u");
        _folder.Write("model.safetensors.index.json", """{"weight_map":{"u":"b.safetensors","w":"a.safetensors","v":"a.safetensors"}}""");
        using (var checkpoint = Checkpoint.Open(_folder.Path))
        {
            Assert.Equal(["u", "v", "w"], checkpoint.Names.Order());
            Assert.False(checkpoint.Contains("x"));
            Assert.Same(checkpoint.Locate("w", [2, 3]).File, checkpoint.Locate("v", [2, 3]).File);
        }
        _folder.Write("model.safetensors.index.json", """{"weight_map":{"u":"a.safetensors"}}""");
        Expect.Error(EosErrors.CheckpointIndex, () => Checkpoint.Open(_folder.Path), "places 'u' in 'a.safetensors', which does not contain it");
    }

    [Fact]
    public void A_folder_without_weights_is_refused() => Expect.Error(EosErrors.FileMissing, () => Checkpoint.Open(_folder.Path), "model.safetensors");

    [Theory]
    [InlineData("""{"weight_map":{"w":"gone.safetensors"}}""", EosErrors.CheckpointIndex, "gone.safetensors")]
    [InlineData("""{"weight_map":{"w":"../a.safetensors"}}""", EosErrors.CheckpointIndex, "../a.safetensors")]
    [InlineData("""{"weight_map":{"w":"..\\a.safetensors"}}""", EosErrors.CheckpointIndex, "a.safetensors")]
    [InlineData("""{"weight_map":{"w":"/etc/a.safetensors"}}""", EosErrors.CheckpointIndex, "/etc/a.safetensors")]
    [InlineData("""{"weight_map":{"w":"sub/a.safetensors"}}""", EosErrors.CheckpointIndex, "sub/a.safetensors")]
    [InlineData("""{"weight_map":{"w":"passwords.txt"}}""", EosErrors.CheckpointIndex,
        "'passwords.txt', expected the name of a .safetensors file in the same folder.")]
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
    public void Files_are_closed_with_the_checkpoint_and_where_it_cannot_be_opened()
    {
        Write("model.safetensors", "w");
        var checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Throws<IOException>(Exclusively);
        checkpoint.Dispose();
        Exclusively();
        Write("model.safetensors", "lm_head.weight", "language_model.lm_head.weight");
        Expect.Error(EosErrors.CheckpointIndex, () => Checkpoint.Open(_folder.Path), "twice");
        Exclusively();

        void Exclusively() =>
            new FileStream(_folder["model.safetensors"], FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
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
    private void Write(string file, params string[] names) =>
        SafetensorsFile.Write(_folder[file], names.Select(name => SafetensorsPart.Of(name, [1, 1, 1, 1, 1, 1], 2, 3)));
}
