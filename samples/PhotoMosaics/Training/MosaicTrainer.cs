using EosMLNet.LibTorch;
using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa;
using ScenesVqa.Training;

namespace PhotoMosaics.Training;

/// <summary>Trains <c>mosaics-llava</c>: its tower on single photographs, then on mosaics; then the whole model on questions.</summary>
internal static class MosaicTrainer
{
    private const int PhotosPercent = 45, PhotosBatch = 64, WhitenedPhotos = 2000;
    private const double UnseenShare = 0.1;

    /// <summary>The run that the command line asks for: the options of <see cref="Trainer"/>, and <c>photos, unseen, classes, tower</c>.</summary>
    public static void Run(Arguments options)
    {
        TorchRuntime.EnsureLoaded();
        var (folder, seed) = (options.Text("out"), options.Number("seed", 1));
        var (photos, unseen) = Albums(options, seed);
        using var log = new TrainingLog(folder);
        var (trained, alone) = (options.Optional("tower"), 0.0);
        if (trained is null && options.Optional("resume") is null)
        {
            (trained, alone) = (Path.Combine(folder, "tower"), options.Number("photos-percent", PhotosPercent) / 100.0);
            TrainOnPhotos(options, photos, unseen, log, trained, alone);
        }
        using var tower = trained is null ? null : Checkpoint.Open(trained);
        Trainer.Run(options, new MosaicBackbone(Vocabulary.Size, tower), MosaicData.Mosaics(photos, unseen, seed, MosaicBackbone.Patch),
            MosaicTower.OfMosaics(photos.Classes), log, 1 - alone);
    }

    private static (PhotoAlbum Photos, PhotoAlbum Unseen) Albums(Arguments options, int seed)
    {
        var photos = PhotoAlbum.Read(options.Text("photos"), options.Optional("classes")?.Split(','));
        if (options.Optional("unseen") is { } folder)
            return (photos, PhotoAlbum.Read(folder, photos.Classes));
        var parts = photos.Deal(seed, 1 - UnseenShare, UnseenShare);
        return (parts[0], parts[1]);
    }

    private static void TrainOnPhotos(Arguments options, PhotoAlbum photos, PhotoAlbum unseen, TrainingLog log, string folder, double share)
    {
        Directory.CreateDirectory(folder);
        var (seed, images) = (options.Number("seed", 1), ClipImageProcessor.Default(Photo.Side));
        var training = MosaicData.Photos(photos, seed, MosaicBackbone.Patch);
        using var filters = PatchWhitening.Of([.. training.Take(WhitenedPhotos)], images, MosaicBackbone.Patch);
        var backbone = new PhotoBackbone(filters);
        using var model = backbone.Create(seed, resume: null, type: Trainer.Precision(options));
        using var trainer = new TowerTrainer(model, backbone, MosaicTower.OfPhotos(photos.Classes.Count), images, log,
            MosaicData.HeldOut(unseen, MosaicBackbone.Patch))
        { BatchSize = PhotosBatch };
        trainer.Run(training, Trainer.Limit(options, share), () => backbone.Save(model, folder));
        backbone.Save(model, folder);
    }
}
