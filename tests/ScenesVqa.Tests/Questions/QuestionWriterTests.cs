using ScenesVqa.Questions;
using ScenesVqa.Scenes;

namespace ScenesVqa.Tests.Questions;

public class QuestionWriterTests
{
    private static readonly List<(Scene Scene, SceneQuestion Question)> Sample = [.. DatasetWriter.Distinct(3).Take(600).SelectMany(s => s.Questions.Select(q => (s.Scene, q)))];

    [Fact]
    public void Every_family_is_asked_and_its_commonest_answer_is_rare_enough()
    {
        var families = Sample.GroupBy(s => s.Question.Family).ToDictionary(g => g.Key, g => g.CountBy(s => s.Question.Answer).Max(a => a.Value) / (double)g.Count());
        Assert.Equal(QuestionWriter.Families.Order(), families.Keys.Order());
        foreach (var (family, commonest) in families)
            Assert.InRange(commonest, 0, family switch { "existence" => 0.5, "count" or "position" => 0.3, _ => 0.21 });
    }

    [Fact]
    public void Answers_agree_with_the_scene() => Assert.All(Sample, s => Assert.Equal(Answer(s.Scene, s.Question.Text), s.Question.Answer));

    [Fact]
    public void Half_of_the_wrong_pairs_have_both_parts_in_the_image()
    {
        var wrong = Sample.Where(s => s.Question.Answer == "no").ToList();
        var hard = wrong.Count(s => Words(s.Question.Text) is var w && s.Scene.Shapes.Any(x => Is(x, w[^2])) && s.Scene.Shapes.Any(x => Is(x, w[^1])));
        Assert.InRange((double)hard / wrong.Count, 0.5, 0.75);
    }

    // A second reading of the questions, by their words, independent of how they were written.
    private static string Answer(Scene scene, string question)
    {
        var words = Words(question);
        SceneShape Named(string colour, string kind) => scene.Shapes.Single(s => Is(s, colour) && Is(s, kind));
        string Where(SceneShape s) => (s.DoubleCentreY < Scene.Size ? "top " : "bottom ") + (s.DoubleCentreX < Scene.Size ? "left" : "right");
        return words switch
        {
            ["is", "there", "a", var c, var k] => scene.Shapes.Any(s => Is(s, c) && Is(s, k)) ? "yes" : "no",
            ["what", "colour", "is", "the", var k] => Lower(scene.Shapes.Single(s => Is(s, k)).Colour),
            ["what", "shape", "is", var c] => Lower(scene.Shapes.Single(s => Is(s, c)).Kind),
            ["how", "many", var c, "shapes", "are", "there"] => $"{scene.Shapes.Count(s => Is(s, c))}",
            ["how", "many", var k, "are", "there"] => $"{scene.Shapes.Count(s => Is(s, k == "crosses" ? "cross" : k[..^1]))}",
            ["where", "is", "the", var c, var k] => Where(Named(c, k)),
            ["which", "is", "further", "left", "the", var c1, var k1, "or", "the", var c2, var k2] =>
                Named(c1, k1).DoubleCentreX < Named(c2, k2).DoubleCentreX ? $"{c1} {k1}" : $"{c2} {k2}",
            ["what", "number", "is", "written"] => $"{scene.Number}",
            ["which", "bar", "is", "tallest"] => Lower(scene.Bars.MaxBy(b => b.Box.Height)!.Colour),
            ["which", "bar", "is", "shortest"] => Lower(scene.Bars.MinBy(b => b.Box.Height)!.Colour),
            _ => throw new InvalidOperationException(question),
        };
    }

    private static string[] Words(string question) => question.Replace(",", "").Split(' ');

    private static bool Is(SceneShape shape, string word) => Lower(shape.Colour) == word || Lower(shape.Kind) == word;

    private static string Lower<T>(T value) where T : struct => value.ToString()!.ToLowerInvariant();
}
