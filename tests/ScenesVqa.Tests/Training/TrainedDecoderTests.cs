using System.Text.Json.Nodes;
using ScenesVqa.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class TrainedDecoderTests
{
    [Fact]
    public void Layers_are_taken_over_and_embeddings_go_by_the_text_of_the_token()
    {
        const string Layer = "language_model.model.layers.3.mlp.up_proj.weight", Embeddings = "language_model.model.embed_tokens.weight";
        using var llava = new TinyTraining("llava");
        using var qwen = new TinyTraining("qwen");
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var known = llava.Backbone.Create(seed: 3, resume: null);
        llava.Backbone.Save(known, llava.Folder);
        using var decoder = new TrainedDecoder(llava.Folder, qwen.Folder);
        using var model = qwen.Backbone.Create(seed: 4, resume: null, decoder);

        Assert.Equal(0, model.Weights[Layer].sub(decoder.Weight(Layer, model.Weights[Layer].shape)!).abs().max().item<float>());
        Assert.True(Distance("Ġred", "red") < 0.2);
        Assert.True(Distance("</s>", "<|im_end|>") < 0.2);
        Assert.True(Distance("Ġred", "blue") > 0.4);
        Assert.Null(decoder.Weight("visual.merger.ln_q.weight", [128]));
        Assert.Null(decoder.Weight("language_model.model.layers.3.self_attn.q_proj.bias", [128]));

        double Distance(string one, string other) => known.Weights[Embeddings][Id(llava, one)].sub(model.Weights[Embeddings][Id(qwen, other)]).norm().item<float>();
        static int Id(TinyTraining of, string token) => JsonNode.Parse(File.ReadAllText(Path.Combine(of.Folder, "vocab.json")))![token]!.GetValue<int>();
    }
}
