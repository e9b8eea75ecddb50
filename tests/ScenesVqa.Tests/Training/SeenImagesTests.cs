using EosMLNet.Models;
using EosMLNet.Tensors;
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
        var asked = tiny.Images.Select(image => image with { Again = (_, round) => [.. image.Questions.Skip((int)round).Take(2)] }).ToList();
        using var seen = new SeenImages(asked, tiny.Backbone, model, tiny.Processor.Images);
        var rounds = seen.Rounds(0).Take(2 * asked.Count).ToList();
        foreach (var (i, image) in rounds.Index())
        {
            Assert.Equal(asked[i % asked.Count].Questions.Skip(i / asked.Count).Take(2), image.Questions);
            var looked = new PackedBatch([image with { Seen = null }], tiny.Processor, tiny.Backbone, model).Logits();
            var once = new PackedBatch([image], tiny.Processor, tiny.Backbone, model).Logits();
            Assert.True(looked.sub(once).abs().max().item<float>() < 1e-4f);
        }
    }

    [Fact]
    public void Cells_together_are_one_token_at_the_place_of_the_middle_one_with_their_mean()
    {
        using var tiny = new TinyTraining("llava");
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        var asked = tiny.Images.Select(image => image with { Again = (stage, _) => [.. image.Questions.Skip(stage).Take(2)] }).ToList();
        using var seen = new SeenImages(asked, tiny.Backbone, model, tiny.Processor.Images);
        using var few = seen.Pooled(together: 4);
        var pooled = few.Rounds(stage: 1).First();
        Assert.Equal(asked[0].Questions.Skip(1).Take(2), pooled.Questions);
        Assert.Equal([26, 30, 34, 74, 78, 82, 122, 126, 130], pooled.SeenAt); // of 12 x 12 cells
        var cells = from row in Enumerable.Range(4, 4) from column in Enumerable.Range(8, 4) select seen.Images[0].Seen![12 * row + column];
        Assert.True(stack(cells).mean([0L]).sub(pooled.Seen![5]).abs().max().item<float>() < 1e-5f);
        Assert.Equal(2, new PackedBatch([pooled], tiny.Processor, tiny.Backbone, model).QuestionCount);
    }

    [Fact]
    public void Tokens_stand_at_the_places_that_they_are_said_to_have()
    {
        using var tiny = new TinyTraining("llava");
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        var asked = tiny.Images.Select(image => image with { Again = (_, _) => image.Questions }).ToList();
        using var seen = new SeenImages(asked, tiny.Backbone, model, tiny.Processor.Images);
        var whole = seen.Rounds(stage: 0).First();
        var logits = Logits(whole);
        Assert.True(Difference(whole with { SeenAt = [.. Enumerable.Range(0, 144)] }) < 1e-6f);
        Assert.True(Difference(whole with { SeenAt = [.. Enumerable.Range(0, 144).Reverse()] }) > 1e-4f);

        Tensor Logits(ImageQuestions image) => new PackedBatch([image], tiny.Processor, tiny.Backbone, model).Logits();
        float Difference(ImageQuestions image) => Logits(image).sub(logits).abs().max().item<float>();
    }

    [Fact]
    public void A_projector_that_begins_with_a_regression_tells_the_labels()
    {
        using var tiny = new TinyTraining("llava");
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var model = tiny.Backbone.Create(seed: 3, resume: null);
        var asked = tiny.Images.Select(image => image with { Again = (_, _) => image.Questions }).ToList();
        using var seen = new SeenImages(asked, tiny.Backbone, model, tiny.Processor.Images);
        LabelReader.Begin(model, seen.Images, SceneTower.Task);
        var things = SceneTower.Task.Cells[0].Classes; // the first rows are those of the first label
        var (right, cells) = (0, 0);
        foreach (var image in seen.Images)
        {
            var hidden = nn.functional.linear(image.Seen!, Weight("weight"), Weight("bias")).narrow(1, 0, things);
            var told = hidden.argmax(1).data<long>().ToArray();
            foreach (var (i, label) in image.Labels!.Cells[0].Index())
                (right, cells) = (right + (told[i] == label ? 1 : 0), cells + 1);
        }
        Assert.Equal(4 * 144, cells);
        var commonest = seen.Images.SelectMany(image => image.Labels!.Cells[0]).CountBy(label => label).Max(count => count.Value);
        Assert.True(right > commonest + (cells - commonest) / 3, $"{right} of {cells} cells are told, the commonest label has {commonest}"); // of an untrained tower

        Tensor Weight(string part) => model.Weights[$"multi_modal_projector.linear_1.{part}"];
    }
}
