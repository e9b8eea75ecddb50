using EosMLNet.Models;
using EosMLNet.Tensors;
using ScenesVqa.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class PackedBatchTests
{
    [Theory]
    [InlineData("llava")]
    [InlineData("qwen")]
    public void Packed_questions_have_the_logits_of_separate_sequences(string name)
    {
        using var tiny = new TinyTraining(name);
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        foreach (var images in tiny.Images.Batches(2))
        {
            var batch = new PackedBatch(images, tiny.Processor, tiny.Backbone, model);
            var packed = batch.Logits();
            var at = 0;
            foreach (var image in images)
                foreach (var question in image.Questions)
                {
                    var answer = tiny.Processor.EncodeAnswer(question.Answer);
                    var separate = Separate(model, tiny.Processor, image.Image, tiny.Processor.EncodePrompt(question.Text), answer);
                    Assert.True(packed.narrow(0, at, answer.Length).sub(separate).abs().max().item<float>() < 1e-4f, question.Text);
                    Assert.Equal(answer, batch.Targets.Skip(at).Take(answer.Length).Select(t => t.Id));
                    at += answer.Length;
                }
            Assert.Equal(batch.Targets.Length, at);
        }
    }

    // The plain way: one question a sequence, causal attention without any mask of ours.
    private static Tensor Separate(VisionLanguageModel model, VisionLanguageProcessor processor, RgbImage image, int[] prompt, int[] answer)
    {
        long[] ids = [.. prompt.Concat(answer[..^1]).Select(i => (long)i)];
        var start = Array.IndexOf(prompt, model.ImageTokenId);
        var input = processor.Images.ToInput([image]);
        var (placed, behind) = model.PositionsOf(model.LayoutOf(input.Images[0]));
        var embedded = model.EmbedTokens(tensor(ids).unsqueeze(0));
        var visual = model.EncodeImages(input).Stacked();
        var hidden = cat([embedded.narrow(1, 0, start), visual, embedded.narrow(1, start + 1, ids.Length - start - 1)], dim: 1);
        var (axes, count) = (model.PositionAxes, (int)visual.size(1));
        var positions = Enumerable.Range(0, axes).SelectMany(axis => Enumerable.Range(0, start).Select(i => (long)i)
            .Concat(placed.Skip(axis * count).Take(count).Select(place => start + place))
            .Concat(Enumerable.Range(0, ids.Length - start - 1).Select(i => start + behind + i))).ToArray();
        var table = tensor(positions, [axes, 1, ids.Length + count - 1]);
        var rotary = model.Rotary(axes == 1 ? table.squeeze(0) : table);
        for (var layer = 0; layer < model.LayerCount; layer++)
            hidden = model.RunLayer(layer, hidden, rotary, bias: null);
        return model.Logits(hidden).squeeze(0).narrow(0, prompt.Length + count - 2, answer.Length);
    }

    [Theory]
    [InlineData("llava")]
    [InlineData("qwen")]
    public void Words_are_single_tokens_and_digits_stay_apart(string name)
    {
        using var tiny = new TinyTraining(name);
        var processor = tiny.Processor;
        Assert.Equal(2, processor.EncodeAnswer("red").Length);
        Assert.Equal(3, processor.EncodeAnswer("47").Length);
        Assert.Equal(processor.EncodeAnswer("47")[1], processor.EncodeAnswer("37")[1]);
        Assert.Equal("bottom right", processor.Decode(processor.EncodeAnswer("bottom right")));
    }
}
