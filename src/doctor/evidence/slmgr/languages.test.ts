import { describe, expect, test } from "bun:test";
import { Collector } from "../collector.ts";
import type { ProductReport } from "../model.ts";
import { readText } from "../text.ts";
import { slmgr } from "./slmgr.ts";

/** Words of one language, in the order in which slmgr prints them; a name's label often begins those of others. */
interface Words {
  readonly head: readonly [version: string, name: string, description: string];
  readonly ids: readonly [
    activation: string,
    application: string,
    pid: string,
    channel: string,
    installation: string,
  ];
  readonly key: string;
  readonly status: readonly [label: string, licensed: string];
  readonly expiration: string;
  readonly rearms: readonly [windows: string, sku: string];
  readonly time: string;
  readonly type: string;
  readonly client: readonly [recent: string, heading: string, cmid: string];
  readonly host: readonly [registered: string, discovered: string, address: string, pid: string];
  readonly intervals: readonly [activation: string, renewal: string];
  readonly caching: string;
  readonly figures: readonly [
    heading: string,
    count: string,
    port: string,
    publishing: string,
    priority: string,
  ];
  readonly totals: readonly [heading: string, total: string, failed: string, asked: string];
}

const LANGUAGES: Readonly<Record<string, string>> = {
  French: `
    Version du service de licence logicielle | Nom | Description
    ID d’activation | ID d’application | PID étendu | Canal de clé de produit | ID d’installation
    Clé de produit partielle
    État de la licence | Avec licence
    Expiration de l’activation en volume
    Nombre de réarmements Windows restants | Nombre de réarmements SKU restants
    Heure approuvée
    Type d’activation configuré
    Informations d’activation les plus récentes | Informations sur le client KMS | ID de l’ordinateur client (CMID)
    Nom de l’ordinateur KMS enregistré | Nom de l’ordinateur KMS à partir du DNS | Adresse IP de l’ordinateur KMS | PID étendu de l’ordinateur KMS
    Intervalle d’activation | Intervalle de renouvellement
    La mise en cache de l’hôte KMS est désactivée
    Le service de gestion de clés est activé sur cet ordinateur | Nombre actuel | Port d’écoute | Publication DNS désactivée | Priorité KMS : Faible
    Demandes cumulées reçues des clients | Nombre total de demandes reçues | Nombre de demandes non abouties | Demandes avec l’état`,
  Spanish: `
    Versión del Servicio de licencias de software | Nombre | Descripción
    Id. de activación | Id. de aplicación | PID extendido | Canal de clave de producto | Id. de instalación
    Clave de producto parcial
    Estado de la licencia | Con licencia
    Expiración de activación por volumen
    Número de rearmes de Windows restantes | Número de rearmes de SKU restantes
    Hora de confianza
    Tipo de activación configurado
    Información de activación más reciente | Información del cliente KMS | Id. de equipo cliente (CMID)
    Nombre de equipo KMS registrado | Nombre de equipo KMS de DNS | Dirección IP de equipo KMS | PID extendido de equipo KMS
    Intervalo de activación | Intervalo de renovación
    El almacenamiento en caché del host KMS está deshabilitado
    El Servicio de administración de claves está habilitado en este equipo | Recuento actual | Escuchando en el puerto | Publicación DNS deshabilitada | Prioridad de KMS: Baja
    Solicitudes acumuladas recibidas de clientes | Total de solicitudes recibidas | Solicitudes con error recibidas | Solicitudes con estado`,
  German: `
    Softwarelizenzierungsdienst-Version | Name | Beschreibung
    Aktivierungs-ID | Anwendungs-ID | Erweiterte PID | Product Key-Kanal | Installations-ID
    Teil-Product Key
    Lizenzstatus | Lizenziert
    Ablauf der Volumenaktivierung
    Verbleibende Windows-Rearm-Anzahl | Verbleibende SKU-Rearm-Anzahl
    Vertrauenswürdige Zeit
    Konfigurierter Aktivierungstyp
    Neueste Aktivierungsinformationen | KMS-Clientinformationen | Clientcomputer-ID (CMID)
    Name des registrierten KMS-Computers | Name des KMS-Computers aus DNS | KMS-Computer-IP-Adresse | Erweiterte PID des KMS-Computers
    Aktivierungsintervall | Erneuerungsintervall
    KMS-Hostzwischenspeicherung ist deaktiviert
    Der Schlüsselverwaltungsdienst ist auf diesem Computer aktiviert | Aktuelle Anzahl | Abhörport | DNS-Veröffentlichung deaktiviert | KMS-Priorität: Niedrig
    Von Clients empfangene kumulative Anforderungen | Insgesamt empfangene Anforderungen | Empfangene fehlerhafte Anforderungen | Anforderungen mit Status`,
  Italian: `
    Versione del servizio Licenze software | Nome | Descrizione
    ID attivazione | ID applicazione | PID esteso | Canale codice Product Key | ID installazione
    Codice Product Key parziale
    Stato della licenza | Con licenza
    Scadenza attivazione contratti multilicenza (volume)
    Numero di riattivazioni di Windows rimanenti | Numero di riattivazioni SKU rimanenti
    Ora attendibile
    Tipo di attivazione configurato
    Informazioni di attivazione più recenti | Informazioni client KMS | ID computer client (CMID)
    Nome computer KMS registrato | Nome computer KMS da DNS | Indirizzo IP computer KMS | PID esteso computer KMS
    Intervallo di attivazione | Intervallo di rinnovo
    La memorizzazione nella cache dell'host KMS è disabilitata
    Il Servizio di gestione delle chiavi è abilitato in questo computer | Conteggio corrente | In ascolto sulla porta | Pubblicazione DNS disabilitata | Priorità KMS: Bassa
    Richieste cumulative ricevute dai client | Totale richieste ricevute | Richieste non riuscite ricevute | Richieste con stato`,
  Portuguese: `
    Versão do serviço de licenciamento de software | Nome | Descrição
    ID de Ativação | ID do Aplicativo | PID Estendido | Canal da Chave do Produto | ID de Instalação
    Chave do Produto Parcial
    Status da Licença | Licenciado
    Expiração da ativação por volume
    Nome de rearmes restantes do Windows | Contagem de rearmes restantes de SKU
    Hora confiável
    Tipo de Ativação Configurado
    Informações de ativação mais recentes | Informações do cliente KMS | ID do Computador Cliente (CMID)
    Nome do computador KMS registrado | Nome do computador KMS a partir do DNS | Endereço IP do computador KMS | PID estendido do computador KMS
    Intervalo de ativação | Intervalo de renovação
    O cache do host KMS está desabilitado
    O Serviço de Gerenciamento de Chaves está habilitado neste computador | Contagem atual | Escutando na Porta | Publicação DNS desabilitada | Prioridade do KMS: Baixa
    Solicitações cumulativas recebidas de clientes | Total de solicitações recebidas | Solicitações com falha recebidas | Solicitações com status`,
  Polish: `
    Wersja usługi licencjonowania oprogramowania | Nazwa | Opis
    Identyfikator aktywacji | Identyfikator aplikacji | Rozszerzony PID | Kanał klucza produktu | Identyfikator instalacji
    Częściowy klucz produktu
    Stan licencji | Licencjonowany
    Wygaśnięcie aktywacji zbiorowej
    Pozostała liczba ponownych uzbrojeń systemu Windows | Pozostała liczba ponownych uzbrojeń SKU
    Zaufany czas
    Skonfigurowany typ aktywacji
    Najnowsze informacje o aktywacji | Informacje o kliencie KMS | Identyfikator komputera klienckiego (CMID)
    Nazwa zarejestrowanego komputera KMS | Nazwa komputera KMS z DNS | Adres IP komputera KMS | Rozszerzony PID komputera KMS
    Interwał aktywacji | Interwał odnawiania
    Buforowanie hosta KMS jest wyłączone
    Usługa zarządzania kluczami jest włączona na tym komputerze | Bieżąca liczba | Nasłuchiwanie na porcie | Publikowanie DNS wyłączone | Priorytet usługi KMS: Niski
    Łączna liczba żądań klientów | Suma odebranych żądań | Odebrane żądania zakończone niepowodzeniem | Żądania ze stanem`,
  Russian: `
    Версия службы лицензирования программного обеспечения | Имя | Описание
    ID активации | ID приложения | Расширенный PID | Канал ключа продукта | ID установки
    Частичный ключ продукта
    Состояние лицензии | имеет лицензию
    Срок действия корпоративной активации
    Оставшееся число перезапусков Windows | Оставшееся число перезапусков SKU
    Доверенное время
    Настроенный тип активации
    Последние сведения об активации | Сведения о клиенте KMS | ID клиентского компьютера (CMID)
    Имя зарегистрированного компьютера KMS | Имя компьютера KMS из DNS | IP-адрес компьютера KMS | Расширенный PID компьютера KMS
    Интервал активации | Интервал обновления
    Кэширование узла KMS отключено
    Служба управления ключами включена на этом компьютере | Текущее количество | Прослушивание порта | Публикация DNS отключена | Приоритет KMS: низкий
    Всего получено запросов клиентов службой | Всего запросов | Запросов с ошибкой | Запросов с состоянием`,
  Korean: `
    소프트웨어 라이선스 서비스 버전 | 이름 | 설명
    활성화 ID | 응용 프로그램 ID | 확장 PID | 제품 키 채널 | 설치 ID
    부분 제품 키
    라이선스 상태 | 라이선스 있음
    볼륨 라이선스 만료
    남은 Windows 다시 설정 횟수 | 남은 SKU 다시 설정 횟수
    신뢰할 수 있는 시간
    구성된 활성화 유형
    최신 활성화 정보 | KMS 클라이언트 정보 | 클라이언트 컴퓨터 ID(CMID)
    등록된 KMS 컴퓨터 이름 | DNS의 KMS 컴퓨터 이름 | KMS 컴퓨터 IP 주소 | KMS 컴퓨터 확장 PID
    활성화 간격 | 갱신 간격
    KMS 호스트 캐싱을 사용 안 함
    이 컴퓨터에서 키 관리 서비스를 사용합니다 | 현재 수 | 수신 포트 | DNS 게시 사용 안 함 | KMS 우선 순위: 낮음
    클라이언트에서 받은 누적 요청 | 받은 총 요청 수 | 실패한 요청 수 | 상태별 요청 수`,
  Chinese: `
    软件授权服务版本 | 名称 | 描述
    激活 ID | 应用程序 ID | 扩展 PID | 产品密钥通道 | 安装 ID
    部分产品密钥
    许可证状态 | 已授权
    批量激活过期
    剩余 Windows 重置计数 | 剩余 SKU 重置计数
    信任时间
    已配置的激活类型
    最新激活信息 | 密钥管理服务客户端信息 | 客户端计算机 ID (CMID)
    已注册的 KMS 计算机名称 | 来自 DNS 的 KMS 计算机名称 | KMS 计算机 IP 地址 | KMS 计算机扩展的 PID
    激活时间间隔 | 续订间隔
    已禁用 KMS 主机缓存
    已在此计算机上启用密钥管理服务 | 当前计数 | 侦听端口 | DNS 发布已禁用 | KMS 优先级: 低
    从客户端接收的累积请求 | 接收的请求总数 | 接收的失败请求数 | 具有状态的请求数`,
  Turkish: `
    Yazılım lisanslama hizmeti sürümü | Ad | Açıklama
    Etkinleştirme Kimliği | Uygulama Kimliği | Genişletilmiş PID | Ürün Anahtarı Kanalı | Yükleme Kimliği
    Kısmi Ürün Anahtarı
    Lisans Durumu | Lisanslı
    Toplu etkinleştirme (volume) sona ermesi
    Kalan Windows yeniden kurma sayısı | Kalan SKU yeniden kurma sayısı
    Güvenilir saat
    Yapılandırılan Etkinleştirme Türü
    En son etkinleştirme bilgileri | KMS istemci bilgileri | İstemci Makine Kimliği (CMID)
    Kayıtlı KMS makine adı | DNS'den KMS makine adı | KMS makine IP adresi | KMS makine genişletilmiş PID
    Etkinleştirme aralığı | Yenileme aralığı
    KMS ana bilgisayarını önbelleğe alma devre dışı
    Anahtar Yönetimi Hizmeti bu makinede etkin | Geçerli sayım | Dinlenen Bağlantı Noktası | DNS yayımlama devre dışı | KMS önceliği: Düşük
    İstemcilerden alınan toplu istekler | Alınan toplam istek | Alınan başarısız istek | Durumlu istek`,
};

function wordsOf(text: string): Words {
  const rows = text
    .trim()
    .split("\n")
    .map((row) => row.trim().split(" | "));
  const single = new Set(["key", "expiration", "time", "type", "caching"]);
  const names =
    "head ids key status expiration rearms time type client host intervals caching figures totals";
  return Object.fromEntries(
    names.split(" ").map((name, at) => [name, single.has(name) ? rows[at]?.[0] : rows[at]]),
  ) as unknown as Words;
}

const CMID = "3c2b1a09-8877-4665-9544-332211009988";
const PID = "03612-03319-000-000000-03-1033-22631.0000-0412025";
const HOST_PID = "03612-00206-111-222333-03-1033-20348.0000-0092024";

/** What slmgr prints of any product. */
function product(words: Words, colon: string, channel: string, key: string): string[] {
  const line = (label: string, value: string) => `${label}${colon}${value}`;
  const [version, name, description] = words.head;
  const [activation, application, pid, keyChannel, installation] = words.ids;
  return [
    line(version, "10.0.22631.4890"),
    "",
    line(name, "Windows(R), Enterprise edition"),
    line(description, `Windows(R) Operating System, ${channel} channel`),
    line(activation, "73111121-5638-40f6-bc11-f1d7b0d64300"),
    line(application, "55c92734-d682-4d71-983e-d6ec3f16059f"),
    line(pid, PID),
    line(keyChannel, key),
    line(installation, "110022003300440055006600770088009900110022003300440055006600778"),
    line(words.key, "2YT43"),
    line(words.status[0], words.status[1]),
  ];
}

function client(words: Words, colon: string, isPinned: boolean): string {
  const line = (label: string, value: string) => `${label}${colon}${value}`;
  const [registered, discovered, address, pid] = words.host;
  return [
    ...product(words, colon, "VOLUME_KMSCLIENT", "Volume:GVLK"),
    line(words.expiration, "201603 minute(s) (141 day(s))"),
    line(words.rearms[0], "998"),
    line(words.rearms[1], "1001"),
    line(words.time, "21/03/2025 20:04:57"),
    line(words.type, "KMS"),
    "",
    line(words.client[0], ""),
    words.client[1],
    line(`    ${words.client[2]}`, CMID),
    line(`    ${isPinned ? registered : discovered}`, "kms-a.tailspin.example:1690"),
    line(`    ${address}`, "10.61.0.9"),
    line(`    ${pid}`, HOST_PID),
    line(`    ${words.intervals[0]}`, "120 min"),
    line(`    ${words.intervals[1]}`, "10080 min"),
    `    ${words.caching}`,
  ].join("\r\n");
}

function host(words: Words, colon: string): string {
  const line = (label: string, value: string) => `${label}${colon}${value}`;
  const [heading, count, port, publishing, priority] = words.figures;
  const [totals, total, failed, asked] = words.totals;
  return [
    ...product(words, colon, "VOLUME_KMS_WS22", "Volume:CSVLK"),
    line(words.rearms[0], "1000"),
    line(words.rearms[1], "1001"),
    line(words.time, "21/03/2025 20:04:57"),
    "",
    heading,
    line(`    ${count}`, "23"),
    line(`    ${port}`, "1690"),
    `    ${publishing}`,
    `    ${priority}`,
    "",
    totals,
    line(`    ${total}`, "4711"),
    line(`    ${failed}`, "12"),
    ...[1, 4321, 2, 345, 4, 38].map((value, at) => line(`    ${asked} ${"ABCDEF"[at]}`, `${value}`)),
  ].join("\r\n");
}

function read(text: string): { products: readonly ProductReport[]; unread: readonly string[] } {
  const collector = new Collector();
  const evidence = readText("a.txt", new TextEncoder().encode(text));
  const understood = new Set(slmgr.read(evidence, collector));
  const unread = evidence.lines.filter(({ number, text }) => text.trim() !== "" && !understood.has(number));
  return { products: collector.products, unread: unread.map((line) => line.text) };
}

describe("a transcript in any language is read to its end", () => {
  for (const [language, rows] of Object.entries(LANGUAGES)) {
    const words = wordsOf(rows);
    for (const colon of [": ", " : ", "\u00a0: ", ":", "："]) {
      const spelt = `${language}, with "${colon.replace("\u00a0", "(nbsp)")}"`;

      test.each([true, false])(`${spelt}: a client whose host is registered: %p`, (isPinned) => {
        const { products, unread } = read(client(words, colon, isPinned));
        expect(unread).toEqual([]);
        expect(products).toHaveLength(1);
        const [report] = products;
        expect(report?.name?.value).toBe("Windows(R), Enterprise edition");
        expect(report?.status?.value).toBe(1);
        expect(report?.minutesLeft?.value).toBe(201_603);
        expect(report?.rearmsLeft?.value).toBe(998);
        expect(report?.activationType?.value).toBe(2);
        expect(report?.client).toMatchObject({
          cmid: { value: CMID },
          [isPinned ? "registered" : "discovered"]: { value: { name: "kms-a.tailspin.example", port: 1690 } },
          hostAddress: { value: "10.61.0.9" },
          hostExtendedPid: { value: HOST_PID },
          activationInterval: { value: 120 },
          renewalInterval: { value: 10_080 },
          caching: { value: false },
        });
        expect(report?.client?.[isPinned ? "discovered" : "registered"]).toBeUndefined();
        expect(report?.cutOff).toBe(false);
      });

      test(`${spelt}: a host`, () => {
        const { products, unread } = read(host(words, colon));
        expect(unread).toEqual([]);
        expect(products).toHaveLength(1);
        const [report] = products;
        expect(report?.channel?.value).toBe("VOLUME_KMS_WS22");
        expect(report?.status?.value).toBe(1);
        expect(report?.host).toMatchObject({
          count: { value: 23 },
          port: { value: 1690 },
          publishing: { value: false },
          lowPriority: { value: true },
          total: { value: 4711 },
          failed: { value: 12 },
          byStatus: { 0: { value: 1 }, 1: { value: 4321 }, 3: { value: 345 }, 5: { value: 38 } },
        });
        expect(report?.cutOff).toBe(false);
      });
    }
  }
});
