using EosMLNet.LibTorch;
using PhotoMosaics.Mosaics;
using PhotoMosaics.Photos;
using ScenesVqa;
using ScenesVqa.Training;

namespace PhotoMosaics.Training;

/// <summary>
/// Trains <c>mosaics-llava</c>: its tower on single photographs, then on mosaics; then the whole model on questions. The
/// photographs may be of more classes first than are asked about.
/// </summary>
internal static class MosaicTrainer
{
    private const int PhotosPercent = 45, WiderPercent = 90, PhotosBatch = 128, WhitenedPhotos = 2000;
    private const double UnseenShare = 0.1;

    /// <summary>The run that the command line asks for: the options of <see cref="Trainer"/>, and <c>photos, unseen, classes, tower, tower-classes</c>.</summary>
    public static void Run(Arguments options)
    {
        TorchRuntime.EnsureLoaded();
        var (folder, seed) = (options.Text("out"), options.Number("seed", 1));
        var (photos, unseen) = Albums(options, seed, options.Optional("classes"));
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

    private static (PhotoAlbum Photos, PhotoAlbum Unseen) Albums(Arguments options, int seed, string? classes)
    {
        var photos = PhotoAlbum.Read(options.Text("photos"), classes?.Split(','));
        if (options.Optional("unseen") is { } folder)
            return (photos, PhotoAlbum.Read(folder, photos.Classes));
        var parts = photos.Deal(seed, 1 - UnseenShare, UnseenShare);
        return (parts[0], parts[1]);
    }

    // What tells ten classes apart tells three of them apart the better: it was learnt from three times the photographs.
    private static void TrainOnPhotos(Arguments options, PhotoAlbum photos, PhotoAlbum unseen, TrainingLog log, string folder, double share)
    {
        Directory.CreateDirectory(folder);
        var (seed, images) = (options.Number("seed", 1), ClipImageProcessor.Default(Photo.Side));
        using var filters = PatchWhitening.Of([.. MosaicData.Photos(photos, seed, MosaicBackbone.Patch).Take(WhitenedPhotos)], images, MosaicBackbone.Patch);
        var backbone = new PhotoBackbone(filters);
        using var model = backbone.Create(seed, resume: null, type: Trainer.Precision(options));
        if (options.Optional("tower-classes") is { } wider)
        {
            var (more, moreUnseen) = Albums(options, seed, wider);
            Learn(more, moreUnseen, share * WiderPercent / 100);
            share -= share * WiderPercent / 100;
        }
        Learn(photos, unseen, share);

        void Learn(PhotoAlbum of, PhotoAlbum heldOut, double part)
        {
            using var trainer = new TowerTrainer(model, backbone, MosaicTower.OfPhotos(of.Classes.Count), images, log,
                MosaicData.HeldOut(heldOut, MosaicBackbone.Patch))
            { BatchSize = PhotosBatch };
            trainer.Run(MosaicData.Photos(of, seed, MosaicBackbone.Patch), Trainer.Limit(options, part), () => backbone.Save(model, folder));
            backbone.Save(model, folder);
        }
    }
}
