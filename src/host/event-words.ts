import type { Language } from "../doctor/cause.ts";
import { EVENTS, type EventId } from "../protocol/events.ts";

/** An event in one language: what happened, and what that means for who runs the host. */
export interface EventWords {
  readonly message: string;
  readonly meaning: string;
}

const words = (id: EventId, meaning: string, message: string, meaningInJapanese: string) => ({
  en: { message: EVENTS[id].message, meaning },
  ja: { message, meaning: meaningInJapanese },
});

/** What each event means, in each language. */
export const EVENT_WORDS: Readonly<Record<EventId, Readonly<Record<Language, EventWords>>>> = {
  12288: words(
    12288,
    "A client asked a host; a code other than 0 says why none was reached.",
    "認証要求をホストに送信しました。",
    "クライアントがホストに要求しました。コードが 0 以外のときは、ホストに到達できなかった理由を示します。",
  ),
  12289: words(
    12289,
    "A client took in a host's answer; activated is 1 when it holds a lease now.",
    "ホストの応答を処理しました。",
    "クライアントがホストの応答を受け取りました。activated が 1 のときは、リースを保持しています。",
  ),
  12290: words(
    12290,
    "A machine asked, and was counted or refused; the code says which. 0 is a lease, 0xC004F038 a count that is too small.",
    "マシンの認証要求を処理しました。",
    "マシンの要求を数えたか、拒否しました。コード 0 はリースの発行、0xC004F038 は現在の数の不足です。",
  ),
  12293: words(
    12293,
    "Clients that look in DNS may not find this host; the code says why the DNS server refused.",
    "DNS へのホストの公開に失敗しました。",
    "DNS で探すクライアントは、このホストを見つけられない可能性があります。コードは DNS サーバーが拒否した理由です。",
  ),
  12294: words(
    12294,
    "Clients of that domain find this host in DNS.",
    "ホストを DNS に公開しました。",
    "そのドメインのクライアントは、DNS でこのホストを見つけられます。",
  ),
  12400: words(
    12400,
    "Two machines were made from one image or snapshot, so they count as one; have one of them take a new CMID.",
    "2 台のマシンが同じ CMID を使っています。",
    "同じイメージまたはスナップショットから作られたため、1 台として数えられます。一方に新しい CMID を割り当ててください。",
  ),
  12401: words(
    12401,
    "Without a valid host licence nobody is activated; renew it before the days left are over.",
    "ホスト ライセンスがないか、期限切れか、期限が近づいています。",
    "有効なホスト ライセンスがないと、どのマシンも認証されません。残り日数のうちに更新してください。",
  ),
  12402: words(
    12402,
    "Somebody changed how the host behaves; the fields say what, from what to what, and who.",
    "ホストの設定が変更されました。",
    "ホストの動作が変更されました。設定名、変更前と変更後の値、変更者を記録しています。",
  ),
  12403: words(
    12403,
    "Somebody changed how a client behaves.",
    "クライアントの設定が変更されました。",
    "クライアントの動作が変更されました。",
  ),
  12404: words(
    12404,
    "More leases are in force than seats were bought; buy seats, or forget machines that are gone.",
    "ホスト ライセンスのシート数を超えるマシンがリースを保持しています。",
    "購入したシート数より多くのリースが有効です。シートを追加するか、使われていないマシンを削除してください。",
  ),
  12405: words(
    12405,
    "An administrator took a machine out of the count and gave its seat back.",
    "マシンを削除しました。",
    "管理者がマシンを数から外し、シートを返却しました。",
  ),
  12406: words(
    12406,
    "Machines that had not asked for as long as the setting retention-days says left the list.",
    "長期間要求のないマシンを削除しました。",
    "設定 retention-days の日数を超えて要求がなかったマシンを、一覧から削除しました。",
  ),
  12407: words(
    12407,
    "An administrator wants this machine to count as one of its own; it takes a new CMID when it asks next.",
    "マシンは次の応答で新しい CMID を取得します。",
    "管理者がこのマシンに新しい CMID を割り当てました。次に要求したときに切り替わります。",
  ),
  12408: words(
    12408,
    "The host renewed its licence by itself.",
    "ホスト ライセンスをベンダーで更新しました。",
    "ホストがライセンスを自動的に更新しました。",
  ),
  12409: words(
    12409,
    "Clients were told to come back meanwhile, and nothing that was acknowledged is lost.",
    "ストアが復旧し、要求の受け付けを再開しました。",
    "停止中、クライアントには再試行を求めました。承認済みの要求は失われていません。",
  ),
  12410: words(
    12410,
    "A client's clock was before what it had seen; its lease counts from the later time.",
    "時計が戻されました。",
    "クライアントの時計が以前より前の時刻を示しました。リースは遅いほうの時刻で計算されます。",
  ),
  12411: words(
    12411,
    "A lease was moved to other hardware; the machine has to be activated again.",
    "ハードウェアがリースのものと大きく異なります。",
    "リースが別のハードウェアに移されました。マシンをもう一度認証する必要があります。",
  ),
  12412: words(
    12412,
    "A machine asked the vendor with a MAK; the fields say how many of its activations are used.",
    "MAK に対するベンダーの応答を処理したか、応答がありませんでした。",
    "マシンが MAK でベンダーに要求しました。認証の使用済み回数を記録しています。",
  ),
  12413: words(
    12413,
    "Somebody took in a host licence; what it grants is in force at once.",
    "ホスト ライセンスを取り込みました。",
    "ホスト ライセンスが取り込まれました。その内容はすぐに有効になります。",
  ),
  12414: words(
    12414,
    "Somebody took in a newer catalogue; its products and policies are in force at once.",
    "カタログを取り込みました。",
    "新しいカタログが取り込まれました。製品とポリシーはすぐに有効になります。",
  ),
  12415: words(
    12415,
    "Somebody made a request for a host licence; the host keeps the key it was made with.",
    "ホスト ライセンスの要求を作成しました。",
    "ホスト ライセンスの要求が作成されました。ホストは使用したホスト キーを保持します。",
  ),
  12416: words(
    12416,
    "From here on this host answers nobody and is not in DNS; another one goes on with its machines.",
    "ホストは停止状態です。ストアを引き渡しました。",
    "このホストは応答せず、DNS にも登録されていません。ほかのホストがマシンを引き継ぎます。",
  ),
  12417: words(
    12417,
    "This host goes on with the count, machines, tickets and events of the one that is named.",
    "ほかのホスト、またはほかの場所のストアを引き継ぎました。",
    "記録されたホストの現在の数、マシン、チケット、イベントを引き継いで動作します。",
  ),
  12418: words(
    12418,
    "This host serves again from a store that was handed over; no other host may go on with a copy of it.",
    "引き渡したストアを取り戻しました。",
    "引き渡したストアで再び動作します。ほかのホストがその複製を使い続けてはなりません。",
  ),
  12420: words(
    12420,
    "The clock was set, or the machine slept, by so many seconds forward or back; clients whose clocks differ by too much are refused until it is right.",
    "ホストの時計が飛びました。",
    "時計の変更またはマシンのスリープにより、この秒数だけ時計が進んだか戻りました。時計の差が大きいクライアントは、正しい時刻に戻るまで拒否されます。",
  ),
  12421: words(
    12421,
    "The disk did not keep what was written to it; machines in the transactions that are lost count again when they renew. See that the disk is sound.",
    "ストアがディスク上で破損し、最後に保存した内容が失われました。",
    "書き込んだ内容がディスクに残っていませんでした。失われたトランザクションのマシンは、次の更新時に再び数えられます。ディスクの状態を確認してください。",
  ),
  12422: words(
    12422,
    "An administrator wrote a note on a machine, or took it away; it changes nothing for the machine.",
    "マシンのメモが変更されました。",
    "管理者がマシンのメモを書き換えたか、消去しました。マシンの動作には影響しません。",
  ),
  12423: words(
    12423,
    "An administrator took back the order of event 12407 before the machine asked; the machine keeps its CMID.",
    "新しい CMID を取得させる指示が取り消されました。",
    "管理者がイベント 12407 の指示を、マシンが要求する前に取り消しました。マシンは今の CMID を使い続けます。",
  ),
};
