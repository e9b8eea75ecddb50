using EosMLNet;
using EosMLNet.Data;
using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace ScenesVqa.Training;

/// <summary>What a run trains on and is measured on; the three parts share no picture.</summary>
/// <param name="Training">Pictures with questions, without end.</param>
/// <param name="HeldOut">For progress lines during training.</param>
/// <param name="Final">For the metrics after it.</param>
/// <param name="VocabularySize">Tokens that the questions and answers deserve.</param>
internal sealed record TrainingData(
    IEnumerable<PicturedQuestions> Training, IReadOnlyList<PicturedQuestions> HeldOut, IReadOnlyList<PicturedQuestions> Final, int VocabularySize)
{
    private const int HeldOutPictures = 64, FinalPictures = 400, QuestionsPerSequence = 16;
    private const double HeldOutShare = 0.1;

    /// <summary>Scenes drawn on the fly: no picture is seen twice.</summary>
    public static TrainingData Drawn(int seed) => new(
        Scenes(Stream(seed, 1)), [.. Scenes(Stream(seed, 2)).Take(HeldOutPictures)], [.. Scenes(Stream(seed, 3)).Take(FinalPictures)], Vocabulary.Size);

    /// <summary>A data set of the layout that <c>generate</c> writes; a tenth of its pictures is held out.</summary>
    /// <exception cref="EosException">EOS1011, EOS1012: malformed or empty data, or too few pictures to hold any out.</exception>
    public static TrainingData Read(string tsv, string images, int seed)
    {
        var data = VqaDataset.LoadTsv(tsv, images);
        var (heldOut, training) = data.SplitByPicture(HeldOutShare, seed);
        if (heldOut.Examples.Count == 0 || training.Examples.Count == 0)
            throw new EosException(EosErrors.EmptyDataset, $"'{tsv}' has {data.Pictures.Count} pictures, expected at least 10: a tenth is held out. Add pictures.");
        var unseen = Pictured(heldOut);
        return new(Repeated(Pictured(training), seed), [.. unseen.Take(HeldOutPictures)], unseen, Vocabulary.TextSize);
    }

    /// <summary>The purposes' seeds are negative: <c>generate</c> takes none of these, so no data set made with it holds a training picture.</summary>
    public static int Stream(int seed, int purpose) => -(4 * seed + purpose);

    // Grainy backgrounds make every picture one of a kind.
    private static IEnumerable<PicturedQuestions> Scenes(int seed)
    {
        var generator = new SceneGenerator(seed);
        for (var index = 0L; ; index++)
        {
            var scene = generator.Draw(index);
            yield return new PicturedQuestions(TowerBatch.Picture(scene), QuestionWriter.Ask(scene, SceneRandom.For(seed, index, purpose: 1)), scene);
        }
    }

    private static List<PicturedQuestions> Pictured(VqaDataset data) =>
        [.. from example in data.Examples
            group new SceneQuestion(example.Family, example.Question, example.Answer) by example.Picture into picture
            from questions in picture.Chunk(QuestionsPerSequence)
            select new PicturedQuestions(data.Pictures[picture.Key], questions)];

    private static IEnumerable<PicturedQuestions> Repeated(List<PicturedQuestions> pictures, int seed)
    {
        for (var epoch = 0L; ; epoch++)
            foreach (var i in SceneRandom.For(seed, epoch).Permutation(pictures.Count))
                yield return pictures[i];
    }
}
