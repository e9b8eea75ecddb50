using PhotoMosaics.Mosaics;
using PhotoMosaics.Questions;
using ScenesVqa.Questions;

namespace PhotoMosaics.Tests.Questions;

public sealed class MosaicQuestionsTests
{
    private static readonly string[] Classes = ["airplane", "frog", "ship"];

    private static readonly List<(Mosaic Mosaic, SceneQuestion Question)> Sample = Ask();

    private static List<(Mosaic, SceneQuestion)> Ask()
    {
        var album = new PhotoAlbum(Classes, [.. Classes.Select((_, kind) => Enumerable.Range(0, 40).Select(_ => new Photo(kind, [], "")).ToArray())]);
        var stream = new MosaicStream(album, seed: 3);
        return [.. from index in Enumerable.Range(0, 600) let mosaic = stream.Compose(index) from question in stream.Ask(index, mosaic) select (mosaic, question)];
    }

    [Fact]
    public void Every_family_is_asked_and_its_commonest_answer_is_rare_enough()
    {
        var families = Sample.GroupBy(s => s.Question.Family).ToDictionary(g => g.Key, g => g.CountBy(s => s.Question.Answer).Max(a => a.Value) / (double)g.Count());
        Assert.Equal(MosaicQuestions.Families.Order(), families.Keys.Order());
        foreach (var (family, commonest) in families)
            Assert.InRange(commonest, 0, family switch { "existence" or "order" => 0.53, "many" => 0.2, "few" => 0.35, "line" => 0.3, _ => 0.4 });
    }

    [Fact]
    public void About_sixteen_questions_a_mosaic() => Assert.InRange(Sample.Count / 600.0, 14, 17);

    [Fact]
    public void Answers_agree_with_an_independent_reading_of_the_labels() =>
        Assert.All(Sample, s => Assert.Equal(Answer(s.Mosaic, s.Question.Text), s.Question.Answer));

    // By the words, and by a list of the places of each class.
    private static string Answer(Mosaic mosaic, string question)
    {
        var places = mosaic.Photos.Select((photo, i) => (Name: Classes[photo.Class], Row: i / 4 + 1, Column: i % 4 + 1)).ToList();
        string At(int row, int column) => places.Single(p => p.Row == row && p.Column == column).Name;
        int LineOf((string Name, int Row, int Column) place, string kind) => kind == "row" ? place.Row : place.Column;
        string One(string plural) => plural[..^1];
        int ColumnOf(string cell) => "abcd".IndexOf(cell[0]) + 1;
        int RowOf(string cell) => int.Parse(cell[1..]);
        int NumberOf(string line) => "abcd".Contains(line) ? ColumnOf(line) : int.Parse(line);
        string Named(string kind, int line) => kind == "row" ? $"{line}" : $"{"abcd"[line - 1]}";
        return question.Split(' ') switch
        {
            ["what", "is", "in", var cell] => At(RowOf(cell), ColumnOf(cell)),
            ["what", "is", "left", "of", var cell] => At(RowOf(cell), ColumnOf(cell) - 1),
            ["what", "is", "right", "of", var cell] => At(RowOf(cell), ColumnOf(cell) + 1),
            ["what", "is", "above", var cell] => At(RowOf(cell) - 1, ColumnOf(cell)),
            ["what", "is", "below", var cell] => At(RowOf(cell) + 1, ColumnOf(cell)),
            ["is", "there", "a", ("frog" or "ship") and var name, "in", var kind, var n] => places.Exists(p => p.Name == name && LineOf(p, kind) == NumberOf(n)) ? "yes" : "no",
            ["is", "there", "an", "airplane", "in", var kind, var n] => places.Exists(p => p.Name == "airplane" && LineOf(p, kind) == NumberOf(n)) ? "yes" : "no",
            ["in", "row", var n, "is", "the", var a, "left", "of", "the", var b] =>
                places.Single(p => p.Name == a && p.Row == int.Parse(n)).Column < places.Single(p => p.Name == b && p.Row == int.Parse(n)).Column ? "yes" : "no",
            ["in", "column", var n, "is", "the", var a, "above", "the", var b] =>
                places.Single(p => p.Name == a && p.Column == ColumnOf(n)).Row < places.Single(p => p.Name == b && p.Column == ColumnOf(n)).Row ? "yes" : "no",
            ["how", "many", var names, "are", "in", var kind, var n] => $"{places.Count(p => p.Name == One(names) && LineOf(p, kind) == NumberOf(n))}",
            ["how", "many", var names, "are", "there"] => $"{places.Count(p => p.Name == One(names))}",
            ["which", var kind, "has", "most", var names] => Named(kind, Most(places.Where(p => p.Name == One(names)).Select(p => LineOf(p, kind)))),
            ["what", "is", "there", "most", "of"] => Most(places.Select(p => p.Name)),
            _ => throw new InvalidOperationException(question),
        };
    }

    // The value that occurs most; there must be no other that occurs as often.
    private static T Most<T>(IEnumerable<T> values) where T : notnull
    {
        var counts = values.CountBy(value => value).ToList();
        var most = counts.Max(count => count.Value);
        return counts.Single(count => count.Value == most).Key;
    }
}
