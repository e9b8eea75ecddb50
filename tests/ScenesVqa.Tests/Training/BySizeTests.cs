using ScenesVqa.Training;

namespace ScenesVqa.Tests.Training;

public sealed class BySizeTests
{
    [Fact]
    public void A_batch_holds_images_of_one_size_and_none_is_lost()
    {
        ImageQuestions[] images = [.. Enumerable.Range(0, 11).Select(i => new ImageQuestions(new RgbImage(i % 3 == 0 ? 2 : 1, 1, new byte[i % 3 == 0 ? 6 : 3]), []))];
        var batches = images.Batches(3).ToList();
        Assert.All(batches, batch => Assert.Single(batch.Select(image => image.Image.Width).Distinct()));
        Assert.Equal([1, 1, 3, 3, 3], batches.Select(batch => batch.Length).Order());
        Assert.Equal(images.Length, batches.SelectMany(batch => batch).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void A_full_batch_does_not_wait_for_the_end()
    {
        Assert.Equal(2, Endless().Batches(2).First().Length);

        static IEnumerable<ImageQuestions> Endless()
        {
            while (true)
                yield return new ImageQuestions(new RgbImage(1, 1, new byte[3]), []);
        }
    }
}
