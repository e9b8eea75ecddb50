using EosMLNet.Models;
using ScenesVqa;
using ScenesVqa.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Benchmarks.Quality;

/// <summary>
/// The most that a few visual tokens can tell: those that are kept in front of the first layer are chosen one after another by one who
/// knows the answer, each so that the answer becomes as likely as it can.
/// </summary>
internal sealed class Oracle(VisionLanguageModel model, Backbone backbone)
{
    private const int Together = 144;

    /// <summary>Answers a question with 1 to <paramref name="most"/> tokens.</summary>
    /// <param name="image">The image, its only question, and what the projector is given of it.</param>
    /// <param name="most">The most tokens.</param>
    /// <returns>For each number of tokens, whether the answer is right with so many, or with fewer.</returns>
    internal bool[] Answer(ImageQuestions image, int most)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var (right, kept, all) = (new bool[most], new List<int>(), (int)image.Seen!.shape[0]);
        for (var count = 0; count < most; count++)
        {
            var tried = Enumerable.Range(0, all).Except(kept).Chunk(Together).SelectMany(some => Try(image, kept, some)).ToList();
            // One that answers rightly, and of those the one that is the surest.
            var best = tried.MaxBy(one => (one.Right, one.Likelihood));
            right[count] = best.Right || count > 0 && right[count - 1];
            kept.Add(best.Token);
        }
        return right;
    }

    private IEnumerable<(int Token, bool Right, double Likelihood)> Try(ImageQuestions image, IReadOnlyList<int> kept, int[] more)
    {
        using var scope = NewDisposeScope();
        ImageQuestions[] rows = [.. more.Select(token => (int[])[.. kept.Append(token).Order()]).Select(places => image with
        {
            Seen = image.Seen!.index_select(0, tensor(places.Select(place => (long)place).ToArray())), SeenAt = places,
        })];
        var batch = new PackedBatch(rows, model.Processor!, backbone, model);
        var logits = batch.Logits();                                                                                  // (N, vocabulary)
        var likelihoods = functional.log_softmax(logits, 1).gather(1, batch.TargetIds().unsqueeze(1)).data<float>().ToArray();
        var likeliest = logits.argmax(1).data<long>().ToArray();
        return [.. batch.Targets.Select((target, i) => (target, i)).GroupBy(one => one.target.Row).Select(row =>
            (more[row.Key], row.All(one => likeliest[one.i] == one.target.Id), row.Sum(one => (double)likelihoods[one.i])))];
    }
}
