using System.Text.Json.Nodes;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Models;

public sealed class CheckpointLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Newer_names_give_the_same_weights(bool flatTower)
    {
        CheckpointCases.Write(_folder.Path, name => CheckpointCases.Newer(name, flatTower));
        using var scope = NewDisposeScope();
        using var expected = LlavaModel.Load(GoldenFiles.TinyLlava);
        using var model = LlavaModel.Load(_folder.Path);
        Assert.Equal(expected.Weights.Keys.Order(), model.Weights.Keys.Order());
        Assert.All(expected.Weights, weight => Assert.True(model.Weights[weight.Key].equal(weight.Value).all().item<bool>(), weight.Key));
        Assert.Empty(model.Notes);
    }

    [Theory]
    [InlineData("""{"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4"}""", "quantised (bitsandbytes 4-bit)")]
    [InlineData("""{"load_in_8bit":true}""", "quantised (bitsandbytes 8-bit)")]
    [InlineData("""{"quant_method":"gptq","bits":4}""", "quantised (GPTQ 4-bit)")]
    [InlineData("""{"quant_method":"awq","bits":4}""", "quantised (AWQ 4-bit)")]
    [InlineData("""{"quant_method":"fp8"}""", "quantised (fp8: 8-bit floating point)")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"pack-quantized"}""", "quantised (compressed-tensors)")]
    [InlineData("""{"quant_method":"new-method","bits":"w4a16"}""", "quantised (new-method w4a16-bit)")]
    [InlineData("{}", "quantised (a method that it does not name)")]
    public void A_quantised_checkpoint_is_named_before_shapes_are_compared(string quantisation, string name)
    {
        foreach (var inText in (bool[])[false, true])
        {
            var config = CheckpointCases.Config();
            (inText ? config["text_config"]! : config)["quantization_config"] = JsonNode.Parse(quantisation);
            CheckpointCases.Write(_folder.Path, name => name, config, Pack);
            Expect.Error(EosErrors.UnsupportedModel, () => LlavaModel.Load(_folder.Path).Dispose(), name, "float32, bfloat16 or float16");
        }
    }

    [Fact]
    public void A_quantised_checkpoint_whose_configuration_does_not_say_so_is_recognised_by_its_tensors()
    {
        CheckpointCases.Write(_folder.Path, name => name, change: Pack);
        Expect.Error(EosErrors.TensorShape, () => LlavaModel.Load(_folder.Path).Dispose(), ".absmax", "quantised");
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("llava_llama")]
    [InlineData("llava_mistral")]
    public void The_layout_of_LLaVAs_authors_is_named(string modelType)
    {
        CheckpointCases.Write(_folder.Path, CheckpointCases.Authors, CheckpointCases.AuthorsConfig(modelType));
        Expect.Error(EosErrors.UnsupportedModel, () => LlavaModel.Load(_folder.Path).Dispose(), "layout of LLaVA's authors", "openai/clip-vit-large-patch14-336", "llava-hf");
        Expect.Error(EosErrors.UnsupportedModel, CheckOnly, "layout of LLaVA's authors");
    }

    public static TheoryData<string, Func<string, string?>, string[]> Incomplete() => new()
    {
        { "no output head", name => name.Contains("lm_head") ? null : name, ["lm_head", "\"tie_word_embeddings\": true"] },
        { "no projector", name => name.StartsWith("multi_modal_projector.", StringComparison.Ordinal) ? null : name, ["language model alone"] },
        { "no tower", name => name.StartsWith("vision_tower.", StringComparison.Ordinal) ? null : name, ["no weight of a vision_tower"] },
        { "torch.compile", name => "_orig_mod." + name, ["_orig_mod.", "torch.compile"] },
        { "torch.compile of a part", name => name.Replace("language_model.model.", "language_model.model._orig_mod."), ["_orig_mod.", "torch.compile"] },
        { "DistributedDataParallel", name => "module." + name, ["module.", "DistributedDataParallel"] },
        { "peft", name => "base_model.model." + name, ["base_model.model.", "merge_and_unload"] },
        { "an adapter", name => name.Contains("q_proj") ? $"base_model.model.{name.Replace(".weight", ".lora_A.weight")}" : null, ["adapter (LoRA)", "merge_and_unload"] },
        { "the authors' names", CheckpointCases.Authors, ["layout of LLaVA's authors"] },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public void What_a_checkpoint_is_instead_is_said_with_the_missing_weight(string what, Func<string, string?> rename, string[] parts)
    {
        Assert.NotEmpty(what);
        CheckpointCases.Write(_folder.Path, rename);
        Expect.Error(EosErrors.MissingTensor, () => LlavaModel.Load(_folder.Path).Dispose(), parts);
        Expect.Error(EosErrors.MissingTensor, CheckOnly, parts);
    }

    [Fact]
    public void A_head_beside_tied_embeddings_is_fine_and_the_embeddings_are_the_head()
    {
        var config = CheckpointCases.Config();
        config["tie_word_embeddings"] = true;
        config["text_config"]!["tie_word_embeddings"] = true;
        CheckpointCases.Write(_folder.Path, name => name, config);
        using var model = LlavaModel.Load(_folder.Path);
        Assert.DoesNotContain("language_model.lm_head.weight", model.Weights.Keys);
        Assert.Empty(model.Notes);
    }

    [Fact]
    public void Weights_that_the_configuration_does_not_tell_of_are_noted()
    {
        CheckpointCases.Write(_folder.Path, name => name, change: (name, weight) =>
            name == "language_model.model.layers.0.self_attn.q_proj.weight" ? [(name, weight), (name.Replace(".weight", ".bias"), weight.select(1, 0).contiguous())] : [(name, weight)]);
        using var model = LlavaModel.Load(_folder.Path);
        var note = Assert.Single(model.Notes);
        Assert.Contains("1 tensors", note);
        Assert.Contains("layers.0.self_attn.q_proj.bias", note);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "save_pretrained(safe_serialization=True)")]
    [InlineData("adapter_model.safetensors", "adapter (LoRA)")]
    [InlineData("llava.Q4_K.gguf", ".gguf")]
    [InlineData("readme.txt", "Hugging Face layout")]
    public void Weights_of_another_form_are_named(string file, string inMessage)
    {
        _folder.Write("config.json", CheckpointCases.Config().ToJsonString());
        _folder.Write(file, "");
        Expect.Error(EosErrors.FileMissing, () => LlavaModel.Load(_folder.Path).Dispose(), inMessage);
    }

    [Fact]
    public void A_folder_that_is_an_adapter_is_named()
    {
        _folder.Write("adapter_config.json", "{}");
        Expect.Error(EosErrors.UnsupportedModel, () => LlavaModel.Load(_folder.Path).Dispose(), "adapter", "merge_and_unload");
    }

    // As bitsandbytes stores 4-bit weights: half a byte an element, and scales beside them.
    // What `eos inspect` does: the model is not made.
    private void CheckOnly()
    {
        using var checkpoint = Checkpoint.Open(_folder.Path);
        LlavaConfig.Load(_folder.Path).CheckWeights(checkpoint);
    }

    private static IEnumerable<(string, Tensor)> Pack(string name, Tensor weight) => name.StartsWith("language_model", StringComparison.Ordinal) && name.EndsWith("proj.weight", StringComparison.Ordinal)
        ? [(name, zeros(weight.numel() / 2, 1, ScalarType.Byte)), (name + ".absmax", zeros(weight.numel() / 64, ScalarType.Byte))]
        : [(name, weight)];
}
