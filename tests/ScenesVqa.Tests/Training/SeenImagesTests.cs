using ScenesVqa.Training;
using static TorchSharp.torch;

namespace ScenesVqa.Tests.Training;

public sealed class SeenImagesTests
{
    [Fact]
    public void Images_seen_once_give_the_logits_of_images_that_the_model_looks_at_and_are_asked_anew()
    {
        using var tiny = new TinyTraining("llava");
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        var asked = tiny.Images.Select(image => image with { Again = round => [.. image.Questions.Skip((int)round).Take(2)] }).ToList();
        using var seen = new SeenImages(asked, tiny.Backbone, model, tiny.Processor.Images);
        var rounds = seen.Rounds().Take(2 * asked.Count).ToList();
        foreach (var (i, image) in rounds.Index())
        {
            Assert.Equal(asked[i % asked.Count].Questions.Skip(i / asked.Count).Take(2), image.Questions);
            var looked = new PackedBatch([image with { Seen = null }], tiny.Processor, tiny.Backbone, model).Logits();
            var once = new PackedBatch([image], tiny.Processor, tiny.Backbone, model).Logits();
            Assert.True(looked.sub(once).abs().max().item<float>() < 1e-4f);
        }
    }
}
